//! The screen of one job: status, runs, durations, and the comparison of two runs.

mod comparison;
mod duration_chart;
mod header;
mod history_error;
mod load_history;
mod run_row;
mod runs;
mod runs_table;
mod schedule_note;
mod selected_runs;
mod trend;

use leptos::prelude::*;
use leptos_meta::Title;
use txjobs_sdk::types::JobId;

use self::{
    comparison::Comparison,
    header::JobHeader,
    history_error::HistoryError,
    load_history::{HistoryResource, load_history},
    runs::Runs,
    schedule_note::ScheduleNote,
    selected_runs::SelectedRuns,
};
use crate::{
    components::{PauseNote, Show},
    model::history::History,
    state::Jobs,
    text::t,
};

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
            <ScheduleNote job />
            // The note of an error says how long the server asks to wait.
            <PauseNote is_waiting=Signal::derive(move || !matches!(history.get(), Some(Err(_)))) />
            <Transition fallback=|| {
                view! {
                    <p class="muted" role="status">
                        {t("Loading the runs…")}
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
