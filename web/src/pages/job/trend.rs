//! How reliable and how fast the job is, in words and as a small picture.

use leptos::prelude::*;
use txjobs_sdk::{ExecutionState, types::JobId};

use crate::{
    components::Show,
    model::{
        format,
        history::History,
        overview::{Slowdown, SuccessRate},
        route::Route,
    },
    state::Clock,
    text,
    text::{t, tf, tn},
};

/// The states in the picture with the CSS classes of their colors, from good to bad.
const STATES: [(ExecutionState, &str); 4] = [
    (ExecutionState::Completed, "ok"),
    (ExecutionState::CompletedWithWarnings, "warn"),
    (ExecutionState::CompletedWithErrors, "bad"),
    (ExecutionState::Failed, "bad"),
];

/// Renders the success rate over the loaded runs, and when the job became slower.
#[component]
pub(super) fn JobTrend(job: JobId, history: Signal<History>) -> impl IntoView {
    let rate = Memo::new(move |_| history.with(|history| SuccessRate::of(&history.runs)));
    let slowdown = Memo::new(move |_| history.with(|history| Slowdown::find(&history.runs)));
    let shares = move || {
        history.with(|history| {
            let count = |state| history.runs.iter().filter(|run| run.state == state).count();
            STATES.map(|(state, color)| (color, count(state)))
        })
    };
    let bar = move || {
        let parts = shares().into_iter().filter(|(_, count)| *count > 0);
        parts.map(|(color, count)| view! { <i class=format!("on-{color}") style:flex-grow=count.to_string()></i> }).collect_view()
    };
    view! {
        <Show when=move || rate.get().is_some()>
            <section class="trend" aria-label=t("Reliability")>
                <p>
                    <b>{move || rate.get().map(|rate| tf!("{percent}%", percent = rate.percent()))}</b>
                    {move || rate.get().map(rate_text)}
                </p>
                <span class="trend-bar" aria-hidden="true">
                    {move || bar()}
                </span>
                {move || slowdown.get().map(|slowdown| view! { <SlowerSince job slowdown /> })}
            </section>
        </Show>
    }
}

fn rate_text(rate: SuccessRate) -> String {
    let SuccessRate { succeeded, ended } = rate;
    tf!(
        " successful: {count} of {runs}",
        count = text::count(succeeded),
        runs = tn!("{n} loaded run", "{n} loaded runs", ended),
    )
}

/// Renders since when the job is slower, and a link to what changed.
#[component]
fn SlowerSince(job: JobId, slowdown: Slowdown) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let Slowdown { before, after, usual_before, usual_after } = slowdown;
    let link = format!("{}?compare={},{}", Route::Job(job), before.url_id(), after.url_id());
    let text = move || {
        tf!(
            "Slower since {time}: usually {duration} instead of {before}. ",
            time = after.created.map(|at| clock.format(at)).unwrap_or_default(),
            duration = format::duration(usual_after),
            before = format::duration(usual_before),
        )
    };
    view! {
        <p class="slow">
            {move || text()}
            <a class="link" href=link>
                {t("Show what changed")}
            </a>
        </p>
    }
}
