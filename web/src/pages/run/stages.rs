//! The stages of a run.

use leptos::prelude::*;
use txjobs_sdk::ExecutionState;

use super::origin::Origin;
use crate::{
    components::{Time, outcome_shape},
    model::{format, history::RunSummary},
    state::{Clock, RunState, Stage},
};

/// Waits for the first line that are shorter than this are not shown, in milliseconds.
const MIN_SHOWN_WAIT: u128 = 500;

/// Renders the stages of the run with their known times, and who started it.
#[component]
pub fn Stages() -> impl IntoView {
    let state = expect_context::<RunState>();
    view! {
        <ol class="stages" aria-label="Stages">
            {move || match state.execution.get() {
                Some(execution) => view! { <KnownStages execution /> }.into_any(),
                None => view! { <ExpectedStages /> }.into_any(),
            }} <Origin />
        </ol>
    }
}

/// Renders the stages of a run without an execution.
#[component]
fn ExpectedStages() -> impl IntoView {
    let state = expect_context::<RunState>();
    let is_expected =
        move || !matches!(state.stage.get(), Stage::NotFound | Stage::Stopped | Stage::LoadStopped);
    let wait = move || (state.stage.get() == Stage::Pending).then_some("waiting for the application");
    view! {
        <Show when=is_expected>
            <li>
                <b>"pending"</b>
                " "
                <span class="muted">{wait}</span>
            </li>
            <li class="upcoming">"running"</li>
            <li class="upcoming">"ended"</li>
        </Show>
    }
}

/// Renders the stages of an execution.
#[component]
fn KnownStages(execution: RunSummary) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let is_final = execution.state.is_final();
    let has_started = is_final || execution.state == ExecutionState::Running;
    let running = move || execution.duration(clock.timestamp()).map(format::duration);
    view! {
        <li>
            <b>"created"</b>
            " "
            <span class="muted">
                <Time at=execution.created />
            </span>
        </li>
        <FirstLine execution />
        <li class:upcoming=!has_started>
            <b>"running"</b>
            " "
            <span class="muted">{running}</span>
        </li>
        {match is_final {
            true => view! { <End execution /> }.into_any(),
            false => view! { <li class="upcoming">"ended"</li> }.into_any(),
        }}
    }
}

/// Renders when the first line appeared, if the run took a while to write it.
#[component]
fn FirstLine(execution: RunSummary) -> impl IntoView {
    let log = expect_context::<RunState>().log;
    let first_line_at = Memo::new(move |_| log.with(|log| log.line(0).and_then(|line| line.time)));
    move || {
        let wait = first_line_at.get()?.since(execution.created?)?;
        (wait.as_millis() >= MIN_SHOWN_WAIT).then(|| {
            view! {
                <li class="hide-on-phone">
                    <b>"first line"</b>
                    " "
                    <span class="muted">{format!("+{}", format::duration(wait))}</span>
                </li>
            }
        })
    }
}

/// Renders the outcome of an ended run and the time of its end.
#[component]
fn End(execution: RunSummary) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let color = outcome_shape(execution.state).color;
    view! {
        <li class=format!("{color}-text")>
            <b>{execution.state.to_string()}</b>
            " "
            <span class="muted" title=move || execution.ended.map(|at| clock.zone().exact(at))>
                {move || execution.ended.map(|at| clock.zone().seconds(at))}
            </span>
        </li>
    }
}
