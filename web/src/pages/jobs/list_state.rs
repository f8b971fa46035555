//! State of the job list screen.

use std::{ops::Range, time::Duration};

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use crate::{
    model::{
        job_list::{self, JobData, JobIndex},
        list_options::{Column, ListOptions},
        route::Route,
    },
    state::{Jobs, Ui},
    text,
    text::tf,
    utils::{address, effects::effect, time},
};

/// Number of jobs whose history is loaded when the order or filter depends on it. The user can load more; a list of ten
/// thousand jobs must not send ten thousand requests by itself.
const INITIAL_HISTORY_LIMIT: usize = 300;
/// How long the address waits for the next change. Some browsers limit how often it may change.
const ADDRESS_DELAY: Duration = Duration::from_millis(200);

/// What the job list shows. A context of the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListState {
    jobs: Jobs,
    ui: Ui,
    pub(super) options: Memo<ListOptions>,
    /// The options without the selection, which changes neither the rows nor their order.
    pub(super) order: Memo<ListOptions>,
    /// The jobs that match the filters, in order.
    pub(super) shown: Memo<Vec<JobId>>,
    /// The rows on the screen. The range may end after the last row.
    pub(super) visible: RwSignal<Range<usize>>,
    /// For how many jobs the histories are loaded if the order or filter depends on them.
    pub(super) history_limit: RwSignal<usize>,
}

impl ListState {
    /// Creates the state from the address and provides it as a context.
    pub(super) fn provide() -> Self {
        let (jobs, ui) = (expect_context::<Jobs>(), expect_context::<Ui>());
        let options = Memo::new(move |_| match ui.route.get() {
            Route::Jobs(options) => options,
            _ => ListOptions::default(),
        });
        let order = Memo::new(move |_| options.with(ListOptions::without_selection));
        let shown = Memo::new(move |_| shown(jobs, order));
        let (visible, history_limit) = (RwSignal::new(0..0), RwSignal::new(INITIAL_HISTORY_LIMIT));
        update_address(ui);
        let state = Self { jobs, ui, options, order, shown, visible, history_limit };
        provide_context(state);
        state
    }

    /// Applies other options.
    pub(super) fn apply(self, options: ListOptions) {
        self.ui.route.set(Route::Jobs(options));
    }

    /// Changes the options.
    pub(super) fn update(self, change: impl FnOnce(&mut ListOptions)) {
        let mut options = self.options.get_untracked();
        change(&mut options);
        self.apply(options);
    }

    /// Returns the number of jobs, including those that the filters hide.
    pub(super) fn job_count(self) -> usize {
        self.jobs.list.with(|list| list.as_ref().map_or(0, |list| list.jobs().len()))
    }

    /// Describes how many histories are loaded, if the order or filter depends on them and some are missing.
    pub(super) fn history_progress(self) -> Option<String> {
        if !self.order.with(ListOptions::is_history_required) {
            return None;
        }
        let (loaded, total) = (self.jobs.histories.with(std::collections::HashMap::len), self.job_count());
        (loaded < total).then(|| {
            tf!(
                "last runs loaded for {loaded} of {total} jobs",
                loaded = text::count(loaded),
                total = text::count(total),
            )
        })
    }
}

/// Keeps the options in the address, so that a link leads to the same list.
fn update_address(ui: Ui) {
    let mut replace = debounce(ADDRESS_DELAY, move |route: Route| {
        if Route::parse(&address::hash()) != route {
            ui.replace_address(&route.to_string());
        }
    });
    effect(move || replace(ui.route.get()));
}

/// Returns the jobs to show, in order.
fn shown(jobs: Jobs, order: Memo<ListOptions>) -> Vec<JobId> {
    if order.with(|order| order.sort == Column::Duration) {
        // The durations of running jobs grow.
        jobs.updated.track();
    }
    let sort = |index: &JobIndex| {
        let with = |statuses: &_, histories: &_| {
            let data = JobData { index, statuses, histories, now: time::timestamp() };
            order.with(|order| job_list::filter_and_sort(data, order))
        };
        let with_statuses = |histories: &_| match order.with(ListOptions::is_status_required) {
            true => jobs.statuses.with(|statuses| with(statuses, histories)),
            false => jobs.statuses.with_untracked(|statuses| with(statuses, histories)),
        };
        // Histories arrive in small batches. Sort again only if the order depends on them.
        match order.with(ListOptions::is_history_required) {
            true => jobs.histories.with(with_statuses),
            false => jobs.histories.with_untracked(with_statuses),
        }
    };
    jobs.list.with(|list| list.as_ref().map(sort)).unwrap_or_default()
}
