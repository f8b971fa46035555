//! A second run that came of the same press of a button.

use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::types::TriggerId;

use crate::{
    components::Icon,
    model::{format, history::RunSummary, route::Route},
    state::{Jobs, RunState},
    text::{t, tf},
};

/// Two runs of one request begin within this time.
const MAX_DISTANCE: Duration = Duration::from_secs(10);

/// Renders a note if another run was started at the same time as a run that was started here. A browser sends a request
/// again on its own if the server closes a reused connection.
#[component]
pub fn TwinRun() -> impl IntoView {
    let (state, jobs) = (expect_context::<RunState>(), expect_context::<Jobs>());
    let twin = Memo::new(move |_| {
        let is_started_here = |run| jobs.started_runs.with(|runs| runs.contains_key(&run));
        if !is_started_here(state.run) {
            return None;
        }
        let this = state.execution.get()?;
        jobs.histories.with(|histories| {
            let mut others = histories.get(&state.job)?.runs.iter();
            others.find_map(|other| {
                let trigger =
                    other.trigger.filter(|trigger| *trigger != state.run && !is_started_here(*trigger))?;
                let distance = distance(&this, other).filter(|distance| *distance <= MAX_DISTANCE)?;
                Some((trigger, distance))
            })
        })
    });
    let content = move || twin.get().map(|(run, distance)| view! { <TwinNote run distance /> });
    view! { {move || content()} }
}

/// Renders the note.
#[component]
fn TwinNote(run: TriggerId, distance: Duration) -> impl IntoView {
    let job = expect_context::<RunState>().job;
    let text = tf!(
        "Another run of this job was started through the API within {duration} of this one. If you started \
         it once, the browser may have sent the request twice after the server closed the connection.",
        duration = format::duration(distance.max(Duration::from_secs(1))),
    );
    view! {
        <div class="error-note warn" role="status">
            <Icon name="triangle" />
            <div>{text}</div>
            <div class="actions">
                <a class="button" href=Route::Run { job, run }.to_string()>
                    {t("Open the other run")}
                </a>
            </div>
        </div>
    }
}

/// Returns the time between the starts of two runs.
fn distance(one: &RunSummary, other: &RunSummary) -> Option<Duration> {
    let (one, other) = (one.created?, other.created?);
    one.since(other).or_else(|| other.since(one))
}
