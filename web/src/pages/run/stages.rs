//! The stages of a run.

use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::ExecutionState;

use super::origin::Origin;
use crate::{
    components::{Show, Time, outcome_shape},
    model::{format, history::RunSummary, state_names},
    state::{Clock, Jobs, RunState, Stage},
    text::{t, tf},
};

/// Waits for the first line that are shorter than this are not shown, in milliseconds.
const MIN_SHOWN_WAIT: u128 = 500;

/// Renders the stages of the run with their known times, and who started it.
#[component]
pub fn Stages() -> impl IntoView {
    let state = expect_context::<RunState>();
    view! {
        <ol class="stages" aria-label=t("Stages")>
            {move || match state.execution.get() {
                Some(execution) => view! { <KnownStages execution /> }.into_any(),
                None => view! { <ExpectedStages /> }.into_any(),
            }} <Origin />
        </ol>
    }
}

/// Renders the stages of a run without an execution. A run that is loading may be in any stage.
#[component]
fn ExpectedStages() -> impl IntoView {
    let (state, clock) = (expect_context::<RunState>(), expect_context::<Clock>());
    let jobs = expect_context::<Jobs>();
    let is_pending = move || state.stage.get() == Stage::Pending;
    let is_started_here = move || jobs.started_runs.with(|runs| runs.contains_key(&state.run));
    let wait = move || {
        let wait = clock.now.get().saturating_sub(state.waiting_since.get()?);
        let wait = format::duration(Duration::from_secs(u64::try_from(wait).unwrap_or_default() / 1000));
        Some(match is_started_here() {
            true => tf!("waiting for the application for {duration}", duration = wait),
            false => tf!("waiting for the application for at least {duration}", duration = wait),
        })
    };
    view! {
        <Show when=is_pending>
            <li>
                <b>{t("pending")}</b>
                " "
                <span class="muted">{move || wait()}</span>
            </li>
            <li class="upcoming">{t("running")}</li>
            <li class="upcoming">{t("ended")}</li>
        </Show>
    }
}

/// Renders the stages of an execution.
#[component]
fn KnownStages(execution: RunSummary) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let is_final = execution.state.is_final();
    let has_started = is_final || execution.state == ExecutionState::Running;
    let running = move || match execution.duration(clock.timestamp()) {
        Some(duration) => format::duration(duration),
        None => missing_duration(&execution).to_owned(),
    };
    view! {
        <li>
            <b>{t("created")}</b>
            " "
            <span class="muted">
                <Time at=execution.created />
            </span>
        </li>
        <FirstLine execution />
        <li class:upcoming=!has_started>
            <b>{t("running")}</b>
            " "
            <span class="muted">{move || running()}</span>
        </li>
        {match is_final {
            true => view! { <End execution /> }.into_any(),
            false => view! { <li class="upcoming">{t("ended")}</li> }.into_any(),
        }}
    }
}

/// Renders when the first line appeared, if the run took a while to write it.
#[component]
fn FirstLine(execution: RunSummary) -> impl IntoView {
    let log = expect_context::<RunState>().log;
    let first_line_at = Memo::new(move |_| log.with(|log| log.line(0).and_then(|line| line.time)));
    let content = move || {
        let wait = first_line_at.get()?.since(execution.created?)?;
        (wait.as_millis() >= MIN_SHOWN_WAIT).then(|| {
            view! {
                <li class="hide-on-phone">
                    <b>{t("first line")}</b>
                    " "
                    <span class="muted">{format!("+{}", format::duration(wait))}</span>
                </li>
            }
        })
    };
    view! { {move || content()} }
}

/// Renders the outcome of an ended run and the time of its end, with the day if it is not the day of the start.
#[component]
fn End(execution: RunSummary) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let color = outcome_shape(execution.state).color;
    let text = move || {
        let Some(ended) = execution.ended else { return t("at an unknown time").to_owned() };
        let zone = clock.zone();
        let day = zone.weekday_and_date(ended);
        match execution.created.map(|created| zone.weekday_and_date(created)) {
            Some(created) if created == day => zone.seconds(ended),
            _ => format!("{day} {}", zone.seconds(ended)),
        }
    };
    view! {
        <li class=format!("{color}-text")>
            <b>{state_names::execution_state(execution.state)}</b>
            " "
            <span class="muted" title=move || execution.ended.map(|at| clock.zone().exact(at))>
                {move || text()}
            </span>
        </li>
    }
}

/// Returns why the duration of an execution is not known.
fn missing_duration(execution: &RunSummary) -> &'static str {
    match (execution.created, execution.ended) {
        (None, _) => t("the server reports no start time"),
        (Some(_), None) if execution.state.is_final() => t("the server reports no end time"),
        (Some(created), Some(ended)) if ended.since(created).is_none() => {
            t("the server reports an end before the start")
        }
        // The clock of this device is behind the clock of the server.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::run;

    #[test]
    fn missing_duration_has_a_reason() {
        let reason = |created, ended| {
            missing_duration(&RunSummary::from_execution(&run(ExecutionState::Failed, created, ended)))
        };
        let day = "2026-03-14T02:00:00Z";
        assert_eq!(reason("", day), "the server reports no start time");
        assert_eq!(reason(day, ""), "the server reports no end time");
        assert_eq!(reason(day, "0001-01-01T00:00:00Z"), "the server reports no end time");
        assert_eq!(reason(day, "2026-03-13T02:00:00Z"), "the server reports an end before the start");
    }
}
