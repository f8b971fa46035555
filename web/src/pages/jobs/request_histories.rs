//! Requests the histories that the job list needs.

use std::time::Duration;

use leptos::prelude::*;

use super::list_state::ListState;
use crate::{
    model::{
        job_list::JobIndex,
        list_options::{Column, ListOptions},
    },
    state::{Jobs, LastVisit},
    tasks::histories::HistoryLoader,
    utils::effects::effect,
};

/// How long to wait for the next change, so that fast scrolling does not load the rows it passes.
const DELAY: Duration = Duration::from_millis(100);

/// Requests the histories that the screen needs: those of the visible jobs first, then more if the order or filter
/// depends on them, or to show what failed since the last visit.
pub(super) fn request_histories(list: ListState) {
    let (jobs, loader) = (expect_context::<Jobs>(), expect_context::<HistoryLoader>());
    let visit = expect_context::<LastVisit>();
    let ListState { order, shown, visible, history_limit, .. } = list;
    let mut load_later = debounce(DELAY, move |()| loader.load());
    effect(move || {
        let mut requested: Vec<_> = shown.with(|shown| {
            let visible = visible.get();
            shown.get(visible.start..visible.end.min(shown.len())).unwrap_or_default().to_vec()
        });
        let mut counted = requested.len();
        let is_list_dependent = order.with(ListOptions::is_history_required);
        if (is_list_dependent || visit.seen_until().is_some()) && jobs.extensions.get().logs {
            jobs.list.with(|list| {
                let all = list.as_ref().map(JobIndex::jobs).unwrap_or_default();
                requested.extend(all.iter().take(history_limit.get()).map(|job| job.id));
            });
            if order.with(|order| matches!(order.sort, Column::Warnings | Column::Errors)) {
                counted = requested.len();
            }
        }
        jobs.counted.set(counted);
        jobs.requested.set(requested);
        load_later(());
    });
    on_cleanup(move || jobs.requested.set(Vec::new()));
}
