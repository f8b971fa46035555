//! Screens that show runs of all jobs load their histories in the background and say how many are loaded.

use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use super::{
    control_flow::Show,
    error_note::{ErrorNote, ReconnectButton},
};
use crate::{
    state::Jobs,
    tasks::histories::HistoryLoader,
    text,
    text::{t, tf},
    utils::effects::effect,
};

/// Number of jobs whose history is loaded at first. A list of ten thousand jobs must not send ten thousand requests by
/// itself.
const FIRST_JOBS: usize = 300;
/// The same for a server that sends all log lines with each history.
const FIRST_JOBS_WITH_LOGS: usize = 30;
/// Wait a moment before loading, so that typing in a filter does not load the jobs of each letter.
const DELAY: Duration = Duration::from_millis(200);

/// The jobs whose histories a screen needs.
#[derive(Clone, Copy, Debug)]
pub struct AllHistories {
    /// In the order of the names.
    pub jobs: Memo<Vec<JobId>>,
    /// Number of jobs that match the filter.
    all: Memo<usize>,
    limit: RwSignal<usize>,
    store: Jobs,
}

impl AllHistories {
    /// Requests the histories of the jobs whose name contains a text, until the screen is left.
    pub fn request(store: Jobs, name: Memo<String>, runs_per_job: i32) -> Self {
        let loader = expect_context::<HistoryLoader>();
        let found = Memo::new(move |_| {
            store.list.with(|list| {
                let Some(list) = list else { return Vec::new() };
                let found = name.with(|name| list.find_by_name(name, list.jobs().len()));
                found.into_iter().map(|index| list.jobs()[index].id).collect::<Vec<_>>()
            })
        });
        let has_no_logs = Memo::new(move |_| store.extensions.with(|extensions| extensions.logs));
        let extra = RwSignal::new(0);
        let jobs = Memo::new(move |_| {
            let first = if has_no_logs.get() { FIRST_JOBS } else { FIRST_JOBS_WITH_LOGS };
            found.with(|found| found.iter().take(first + extra.get()).copied().collect::<Vec<_>>())
        });
        store.runs_per_job.set(runs_per_job);
        effect(move || {
            store.requested.set(jobs.get());
            let load = set_timeout_with_handle(move || loader.load(), DELAY);
            on_cleanup(move || drop(load.map(|load| load.clear())));
        });
        on_cleanup(move || {
            store.requested.set(Vec::new());
            store.runs_per_job.set(Jobs::RUNS_IN_LIST);
        });
        Self { jobs, all: Memo::new(move |_| found.with(Vec::len)), limit: extra, store }
    }

    fn loaded(self) -> usize {
        self.store
            .histories
            .with(|known| self.jobs.with(|jobs| jobs.iter().filter(|job| known.contains_key(job)).count()))
    }

    /// Returns whether all requested histories are loaded or have failed.
    pub fn is_complete(self) -> bool {
        let failed = self.store.failed.with(|failed| {
            self.jobs.with(|jobs| failed.iter().filter(|failed| jobs.contains(failed)).count())
        });
        self.store.list.with(Option::is_some) && self.loaded() + failed >= self.jobs.with(Vec::len)
    }
}

/// Renders how many histories are loaded, and a button to load more.
#[component]
pub fn HistoryProgress(histories: AllHistories) -> impl IntoView {
    let text = move || {
        let (loaded, all) = (histories.loaded(), histories.all.get());
        if loaded < all {
            tf!(
                "runs of {count} of {total} jobs loaded",
                count = text::count(loaded),
                total = text::count(all)
            )
        } else {
            String::new()
        }
    };
    let has_more = move || histories.is_complete() && histories.jobs.with(Vec::len) < histories.all.get();
    let step = move || match histories.store.extensions.with(|extensions| extensions.logs) {
        true => 1_000,
        false => FIRST_JOBS_WITH_LOGS,
    };
    view! {
        <span class="muted" role="status">{move || text()}</span>
        <Show when=has_more>
            <button
                type="button"
                class="button"
                on:click=move |_| histories.limit.update(|limit| *limit += untrack(step))
            >
                {move || tf!("Load {count} more", count = text::count(step()))}
            </button>
        </Show>
    }
}

/// Renders the error of the last poll of jobs and statuses.
#[component]
pub fn JobsError() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let content = move || {
        let error = jobs.error.get()?;
        let is_outdated = jobs.list.with_untracked(Option::is_some);
        let context =
            if is_outdated { t("This data is outdated.") } else { t("The jobs could not be loaded.") };
        let kind = error.kind;
        Some(view! {
            <ErrorNote error context>
                <button type="button" class="button" on:click=move |_| jobs.refresh()>
                    {t("Retry")}
                </button>
                <ReconnectButton kind />
            </ErrorNote>
        })
    };
    view! { {move || content()} }
}
