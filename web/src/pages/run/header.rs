//! The header of a run: breadcrumbs, outcome and actions.

use leptos::prelude::*;
use txjobs_sdk::{ExecutionState, JobStatusCode};

use crate::{
    components::{Icon, Show, StateBadge, StatusBadge},
    model::{format, history::is_slow, route::Route, state_names},
    state::{Clock, JobAction, Jobs, RunState, Stage, Ui},
    text::{t, tf, tn},
    utils::time,
};

/// Renders the header.
#[component]
pub fn RunHeader() -> impl IntoView {
    let (state, jobs, ui) = (expect_context::<RunState>(), expect_context::<Jobs>(), expect_context::<Ui>());
    let job = state.job;
    let name = Memo::new(move |_| jobs.name(job).unwrap_or_else(|| job.to_string()));
    let is_active =
        move || matches!(state.stage.get(), Stage::Pending | Stage::Running) && !state.has_outcome();
    // Without a known outcome the run may still come, and a second start would run the job twice.
    let may_run_again =
        move || state.has_outcome() || matches!(state.stage.get(), Stage::Stopped | Stage::LoadStopped);
    view! {
        <nav class="crumbs" aria-label=t("Breadcrumbs")>
            <a href="#/">{t("Jobs")}</a>
            <Icon name="right" />
            <a href=Route::Job(job).to_string()>
                <bdi>{name}</bdi>
            </a>
            <Icon name="right" />
            <span aria-current="page">{t("run")}</span>
        </nav>
        <div class="bar page-header">
            <h1 id="title" tabindex="-1">
                <bdi>{name}</bdi>
            </h1>
            // Screen readers announce the outcome, but not the running duration.
            <span role="status" class="outcome">
                <Outcome />
            </span>
            <Show when=move || !jobs.is_listed(job)>
                <span class="muted">{t("The job is no longer in the list.")}</span>
            </Show>
            <UsualDuration />
            <span class="spacer"></span>
            <Show when=move || is_active() && jobs.extensions.get().cancel>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| ui.confirm(JobAction::Cancel, job)
                >
                    <Icon name="stop" />
                    {t("Cancel run")}
                </button>
            </Show>
            <Show when=may_run_again>
                <button
                    type="button"
                    class="button"
                    class:primary=move || state.has_outcome()
                    on:click=move |_| ui.confirm(JobAction::Run, job)
                >
                    <Icon name="play" />
                    {t("Run again")}
                </button>
            </Show>
        </div>
    }
}

/// Renders the state of the run as a badge.
#[component]
fn Outcome() -> impl IntoView {
    let state = expect_context::<RunState>();
    let content = move || match (state.stage.get(), state.execution.get()) {
        (_, Some(execution)) => {
            let duration = execution.duration(time::timestamp()).filter(|_| execution.state.is_final());
            let text = duration.map(|duration| {
                let state = state_names::execution_state(execution.state);
                tf!("{state} after {duration}", state = state, duration = format::duration(duration))
            });
            view! { <StateBadge state=execution.state text /> }.into_any()
        }
        (Stage::Pending, None) => view! { <StatusBadge status=Some(JobStatusCode::Pending) /> }.into_any(),
        (Stage::Loading, None) => {
            view! { <StateBadge state=ExecutionState::None text=t("loading").to_owned() /> }.into_any()
        }
        (Stage::Searching, None) => {
            view! { <StateBadge state=ExecutionState::None text=t("not listed yet").to_owned() /> }.into_any()
        }
        (_, None) => {
            view! { <StateBadge state=ExecutionState::None text=t("unknown").to_owned() /> }.into_any()
        }
    };
    view! { {move || content()} }
}

/// Renders the usual duration of the job's runs, and whether this run is slower.
#[component]
fn UsualDuration() -> impl IntoView {
    let (state, jobs, clock) =
        (expect_context::<RunState>(), expect_context::<Jobs>(), expect_context::<Clock>());
    let usual = Memo::new(move |_| {
        jobs.histories.with(|histories| {
            histories.get(&state.job).and_then(crate::model::history::History::usual_duration)
        })
    });
    let is_slower = Memo::new(move |_| {
        let duration = state.execution.get().and_then(|run| run.duration(clock.timestamp()));
        duration.is_some_and(|duration| is_slow(usual.get(), duration))
    });
    let text = move || {
        let (duration, runs) = usual.get()?;
        let (duration, runs) = (format::duration(duration), tn!("{n} run", "{n} runs", runs));
        Some(match is_slower.get() {
            true => tf!(
                "slower than usual: usually {duration} in the last {runs}",
                duration = duration,
                runs = runs,
            ),
            false => tf!("usually {duration} in the last {runs}", duration = duration, runs = runs),
        })
    };
    view! { <span class="muted hide-on-phone">{move || text()}</span> }
}
