//! The screen of one run: progress, outcome and log.

mod header;
mod line_link;
mod load_progress;
mod origin;
mod stages;
mod twin_run;

use leptos::prelude::*;
use leptos_meta::Title;
use txjobs_sdk::types::{JobId, TriggerId};

use self::{
    header::RunHeader, line_link::link_lines, load_progress::LoadProgress, stages::Stages, twin_run::TwinRun,
};
use crate::{
    api::Api,
    components::{
        ErrorNote, PauseNote, ReconnectButton,
        log_view::{LogDetail, LogPrint, LogToolbar, LogView, LogViewState},
    },
    model::state_names,
    state::{Jobs, RunState, Stage},
    tasks::{follow_run::follow_run, load_job_history::load_history_without_lines},
    text::t,
};

/// Renders the screen of a run and follows the run until it ends.
#[component]
pub fn RunPage(job: JobId, run: TriggerId) -> impl IntoView {
    let (api, jobs) = (expect_context::<Api>(), expect_context::<Jobs>());
    let state = RunState::provide(job, run);
    // The outcome may be known before the log is loaded.
    let known = jobs.histories.with_untracked(|histories| {
        let mut runs = histories.get(&job)?.runs.iter();
        runs.find(|known| known.url_id() == run && known.state.is_final()).copied()
    });
    if let Some(known) = known {
        state.set_execution(known);
    }
    let log_view = LogViewState::provide(state.log, true);
    link_lines(state, log_view);
    follow_run(api, jobs, state);
    // When the run ends, the history contains also runs that were started after it.
    load_history_without_lines(api, jobs, job, Memo::new(move |_| state.has_outcome()));
    let title = move || {
        let name = jobs.name(job).unwrap_or_else(|| job.to_string());
        let outcome = state
            .execution
            .get()
            .map_or_else(|| t("run").to_owned(), |run| state_names::execution_state(run.state));
        format!("{name}: {outcome} · txjobs")
    };
    view! {
        <Title text=title />
        <main class="run-page">
            <RunHeader />
            <Stages />
            <TwinRun />
            <FollowError />
            <PauseNote is_waiting=Signal::derive(move || {
                state.stage.get() != Stage::Ended && state.error.with(Option::is_none)
            }) />
            <LoadProgress />
            <LogToolbar />
            <LogView label=t("Log lines") empty=Signal::derive(move || empty_text(state)) />
            <LogDetail />
            <LogPrint />
        </main>
    }
}

/// Renders the error of the last request, and how to continue.
#[component]
fn FollowError() -> impl IntoView {
    let state = expect_context::<RunState>();
    let content = move || {
        let error = state.error.get()?;
        let stage = state.stage.get();
        let context = match stage {
            Stage::Stopped => t("The console no longer follows this run."),
            Stage::Interrupted => t("The console continues to follow this run when the error is gone."),
            _ => t("This data may be outdated. The console retries automatically."),
        };
        let has_retry = matches!(stage, Stage::Stopped | Stage::Interrupted);
        let kind = error.kind;
        Some(view! {
            <ErrorNote error context>
                {has_retry
                    .then(|| {
                        view! {
                            <button type="button" class="button" on:click=move |_| state.retry()>
                                {t("Retry")}
                            </button>
                        }
                    })} <ReconnectButton kind />
            </ErrorNote>
        })
    };
    view! { {move || content()} }
}

/// Returns what the log shows instead of lines.
fn empty_text(state: RunState) -> &'static str {
    match state.stage.get() {
        _ if state.log.with(|log| log.is_filtered() && !log.is_empty()) => {
            t("No lines with these severities.")
        }
        Stage::Loading => t("Loading…"),
        Stage::Pending => t("The job is pending. Lines appear when the application starts it."),
        Stage::Searching => {
            t("The server does not list this run yet. A run that was just started appears within a minute. \
             Otherwise the run was removed, or belongs to another job.")
        }
        Stage::Running => t("No lines yet."),
        Stage::Ended => t("This run wrote no lines."),
        Stage::Interrupted | Stage::Stopped | Stage::LoadStopped => t("No lines were loaded."),
    }
}
