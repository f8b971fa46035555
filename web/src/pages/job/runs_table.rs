use std::collections::HashSet;

use leptos::prelude::*;
use txjobs_sdk::types::{ExecutionId, JobId};

use super::{run_row::RunRow, selected_runs::SelectedRuns};
use crate::{
    components::For,
    model::history::{History, RunSummary},
    text::t,
};

/// Renders the table of the runs, newest first. Two can be selected for comparison.
#[component]
pub(super) fn RunsTable(
    job: JobId,
    #[prop(into)] history: Signal<History>,
    selected: SelectedRuns,
) -> impl IntoView {
    let usual = Memo::new(move |_| history.with(History::usual_duration));
    view! {
        <table class="table history" aria-label=t("Runs")>
            <thead>
                <tr>
                    <th scope="col" class="c-compare">
                        <span class="visually-hidden">{t("Compare")}</span>
                    </th>
                    <th scope="col" class="c-state">
                        {t("State")}
                    </th>
                    <th scope="col" class="c-started hide-on-phone">
                        {t("Started")}
                    </th>
                    <th scope="col" class="c-duration number">
                        {t("Duration")}
                    </th>
                    <th scope="col" class="hide-on-phone">
                        {t("Started by")}
                    </th>
                    <th scope="col" class="c-actions">
                        <span class="visually-hidden">{t("Open or run again")}</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                <For each=move || history.with(|history| distinct(&history.runs)) key=key let(run)>
                    <RunRow job run usual selected />
                </For>
            </tbody>
        </table>
    }
}

/// Returns what identifies a row. A run whose state or end has changed gets a new row.
fn key(run: &RunSummary) -> (ExecutionId, i64, Option<i64>) {
    (run.execution, run.state.number(), run.ended.map(txjobs_sdk::Timestamp::unix_millis))
}

/// Returns the runs without repetitions, because rows need different keys.
fn distinct(runs: &[RunSummary]) -> Vec<RunSummary> {
    let mut keys = HashSet::new();
    runs.iter().filter(|run| keys.insert(key(run))).copied().collect()
}
