//! The screen of one job: status, runs, durations, and the comparison of two runs.

mod comparison;
mod duration_chart;
mod header;
mod history_error;
mod run_row;
mod runs;
mod runs_table;
mod selected_runs;
mod trend;

use leptos::prelude::*;
use leptos_meta::Title;
use txjobs_sdk::{Error, types::JobId};

use self::{
    comparison::Comparison, header::JobHeader, history_error::HistoryError, runs::Runs,
    selected_runs::SelectedRuns,
};
use crate::{api::Api, model::history::History, state::Jobs, tasks::load_job_history::history_request};

/// The history of the job, or the error of the last request.
type HistoryResource = LocalResource<Result<History, Error>>;

/// Renders the screen of a job.
#[component]
pub fn JobPage(job: JobId) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let selected = SelectedRuns::from_address(job);
    let history = load_history(job);
    let title = move || format!("{} · txjobs", jobs.name(job).unwrap_or_else(|| job.to_string()));
    view! {
        <Title text=title />
        <main>
            <JobHeader job />
            <Transition fallback=|| {
                view! {
                    <p class="muted" role="status">
                        "Loading the runs…"
                    </p>
                }
            }>
                <JobHistory job history selected />
            </Transition>
        </main>
    }
}

/// Renders the runs. After a failed request the runs of the request before stay, with a note.
#[component]
fn JobHistory(job: JobId, history: HistoryResource, selected: SelectedRuns) -> impl IntoView {
    // A memo, so that unchanged runs are not rendered again.
    let loaded = Memo::new(move |before: Option<&Option<History>>| match history.get() {
        Some(Ok(history)) => Some(history),
        _ => before.cloned().flatten(),
    });
    view! {
        <HistoryError history is_outdated=Signal::derive(move || loaded.with(Option::is_some)) />
        <Comparison job history=loaded selected />
        <Show when=move || loaded.with(Option::is_some)>
            <Runs job history=Signal::derive(move || loaded.get().unwrap_or_default()) selected />
        </Show>
    }
}

/// Loads the history again when the status of the job changes and on refresh.
fn load_history(job: JobId) -> HistoryResource {
    let (api, jobs) = (expect_context::<Api>(), expect_context::<Jobs>());
    let status = Memo::new(move |_| jobs.status(job));
    LocalResource::new(move || {
        status.track();
        jobs.refresh.track();
        let request = history_request(job, jobs.extensions.get_untracked());
        async move {
            let response = api.executions(&request).await?;
            jobs.extensions.set(response.extensions);
            // No time of loading, so that the history of unchanged runs is equal.
            Ok(History::from_logs(&response.value, 0.0))
        }
    })
}
