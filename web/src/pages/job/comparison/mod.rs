//! The comparison of two runs of a job.

mod log_pair;
mod panel;
mod unique_lines;

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use self::panel::ComparisonPanel;
use super::selected_runs::SelectedRuns;
use crate::{
    model::history::{History, RunSummary},
    text::t,
};

/// Renders the comparison when two runs are selected.
#[component]
pub(super) fn Comparison(
    job: JobId,
    history: Memo<Option<History>>,
    selected: SelectedRuns,
) -> impl IntoView {
    // A memo, so that a reloaded history does not load the logs again.
    let runs = Memo::new(move |_| {
        let ids = selected.get();
        let found = history.with(|history| {
            let all = history.as_ref().map_or(&[][..], |history| &history.runs);
            // The history is sorted newest first, so reverse it.
            all.iter().rev().filter(|run| ids.contains(&run.url_id())).copied().collect::<Vec<_>>()
        });
        <[RunSummary; 2]>::try_from(found).ok()
    });
    let content = move || match runs.get() {
        Some(runs) => view! { <ComparisonPanel job runs selected /> }.into_any(),
        None if selected.get().len() == 1 => view! {
            <p class="muted" role="status">
                {t("Select a second run to compare.")}
            </p>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! { {move || content()} }
}
