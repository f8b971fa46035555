//! The screen of one run: progress, outcome and log.

mod header;
mod line_link;
mod load_progress;
mod origin;
mod stages;

use leptos::prelude::*;
use leptos_meta::Title;
use txjobs_sdk::types::{JobId, TriggerId};

use self::{header::RunHeader, line_link::link_lines, load_progress::LoadProgress, stages::Stages};
use crate::{
    api::Api,
    components::{
        ErrorNote, ReconnectButton,
        log_view::{LogDetail, LogPrint, LogToolbar, LogView, LogViewState},
    },
    state::{Jobs, RunState, Stage},
    tasks::{follow_run::follow_run, load_job_history::load_history_without_lines},
};

/// Renders the screen of a run and follows the run until it ends.
#[component]
pub fn RunPage(job: JobId, run: TriggerId) -> impl IntoView {
    let (api, jobs) = (expect_context::<Api>(), expect_context::<Jobs>());
    let state = RunState::provide(job, run);
    let log_view = LogViewState::provide(state.log, true);
    link_lines(state, log_view);
    follow_run(api, jobs, state);
    load_history_without_lines(api, jobs, job);
    let title = move || {
        let name = jobs.name(job).unwrap_or_else(|| job.to_string());
        let outcome = state.execution.get().map_or("run".to_owned(), |run| run.state.to_string());
        format!("{name}: {outcome} · txjobs")
    };
    view! {
        <Title text=title />
        <main class="run-page">
            <RunHeader />
            <Stages />
            <FollowError />
            <LoadProgress />
            <LogToolbar />
            <LogView label="Log lines" empty=Signal::derive(move || empty_text(state)) />
            <LogDetail />
            <LogPrint />
        </main>
    }
}

/// Renders the error of the last request, and how to continue.
#[component]
fn FollowError() -> impl IntoView {
    let state = expect_context::<RunState>();
    move || {
        let error = state.error.get()?;
        let has_stopped = state.stage.get() == Stage::Stopped;
        let context = match has_stopped {
            true => "The console no longer follows this run.",
            false => "This data may be outdated. The console retries automatically.",
        };
        let kind = error.kind;
        Some(view! {
            <ErrorNote error context>
                {has_stopped
                    .then(|| {
                        view! {
                            <button type="button" class="button" on:click=move |_| state.retry()>
                                "Retry"
                            </button>
                        }
                    })} <ReconnectButton kind />
            </ErrorNote>
        })
    }
}

/// Returns what the log shows instead of lines.
fn empty_text(state: RunState) -> &'static str {
    match state.stage.get() {
        _ if state.log.with(|log| log.is_filtered() && !log.is_empty()) => "No lines with these severities.",
        Stage::Loading => "Loading…",
        Stage::Pending => "The job is pending. Lines appear when the application starts it.",
        Stage::NotFound => {
            "The server has no run with this id. It may have been removed, or belong to another job."
        }
        Stage::Running => "No lines yet.",
        Stage::Ended => "This run wrote no lines.",
        Stage::Stopped | Stage::LoadStopped => "No lines were loaded.",
    }
}
