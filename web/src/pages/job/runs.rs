use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use super::{
    duration_chart::DurationChart, runs_table::RunsTable, selected_runs::SelectedRuns, trend::JobTrend,
};
use crate::{
    components::{Icon, Show},
    model::history::History,
    state::{JobAction, Ui},
    text::t,
};

/// Renders the durations and the table of the runs, or what to do if there are none.
#[component]
pub(super) fn Runs(
    job: JobId,
    #[prop(into)] history: Signal<History>,
    selected: SelectedRuns,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| history.with(|history| history.runs.is_empty()));
    view! {
        <Show when=move || !is_empty.get() fallback=move || view! { <NoRuns job /> }>
            <JobTrend job history />
            <DurationChart job history />
            <RunsTable job history selected />
        </Show>
    }
}

/// Renders a hint for a job without runs.
#[component]
fn NoRuns(job: JobId) -> impl IntoView {
    let ui = expect_context::<Ui>();
    view! {
        <div class="empty">
            <Icon name="play" />
            <h2>{t("No runs yet")}</h2>
            <p>{t("The runs of this job appear here with their outcome, duration and log.")}</p>
            <div class="bar">
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| ui.confirm(JobAction::Run, job)
                >
                    <Icon name="play" />
                    {t("Run now")}
                </button>
            </div>
        </div>
    }
}
