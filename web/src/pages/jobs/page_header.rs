//! The heading of the job list, with a summary and the actions for the selected jobs.

use leptos::prelude::*;
use txjobs_sdk::JobStatusCode;

use super::list_state::ListState;
use crate::{
    components::{Icon, Show},
    model::list_options::ListOptions,
    state::{Jobs, Ui},
    text,
    text::{t, tf},
};

/// Number of jobs whose histories "Load more" adds.
const MORE_HISTORIES: usize = 1_000;

/// Renders the heading.
#[component]
pub(super) fn PageHeader() -> impl IntoView {
    let list = expect_context::<ListState>();
    let jobs = expect_context::<Jobs>();
    let has_selection = Memo::new(move |_| list.options.with(|options| !options.selected.is_empty()));
    let load_more = move |_| list.history_limit.update(|limit| *limit += MORE_HISTORIES);
    view! {
        <div class="bar page-header">
            <h1 id="title" tabindex="-1">
                {t("Jobs")}
            </h1>
            <span class="muted" role="status">
                {move || summary(jobs, list)}
            </span>
            <span class="spacer"></span>
            <span class="muted hide-on-phone">{move || list.history_progress()}</span>
            <Show when=move || has_more(jobs, list)>
                <button type="button" class="button" on:click=load_more>
                    {tf!("Load {count} more", count = text::count(MORE_HISTORIES))}
                </button>
            </Show>
            <Show when=move || has_selection.get()>
                <SelectionButtons />
            </Show>
        </div>
    }
}

/// Renders the actions for the selected jobs.
#[component]
fn SelectionButtons() -> impl IntoView {
    let list = expect_context::<ListState>();
    let ui = expect_context::<Ui>();
    let run =
        move |_| ui.pending_bulk_run.set(list.options.with_untracked(|options| options.selected.clone()));
    let clear = move |_| list.apply(list.order.get_untracked());
    view! {
        <button type="button" class="button" on:click=clear>
            {t("Select none")}
        </button>
        <button type="button" class="button primary" on:click=run>
            <Icon name="play" />
            {move || {
                tf!("Run selected ({count})", count = list.options.with(|options| options.selected.len()))
            }}
        </button>
    }
}

/// Returns the summary, for example `128 · 1 running · 1 pending`.
fn summary(jobs: Jobs, list: ListState) -> String {
    if jobs.list.with(Option::is_none) {
        return t("loading…").to_owned();
    }
    let mut text = text::count(list.job_count());
    jobs.statuses.with(|statuses| {
        let count = |status| {
            let count = statuses.values().filter(|other| **other == status).count();
            (count > 0).then(|| text::count(count))
        };
        let running = count(JobStatusCode::Running).map(|count| tf!("{count} running", count = count));
        let pending = count(JobStatusCode::Pending).map(|count| tf!("{count} pending", count = count));
        for part in running.into_iter().chain(pending) {
            text.push_str(" · ");
            text.push_str(&part);
        }
    });
    text
}

/// Returns whether the requested histories are loaded and more jobs remain.
fn has_more(jobs: Jobs, list: ListState) -> bool {
    let limit = list.history_limit.get();
    list.order.with(ListOptions::is_history_required)
        && jobs.extensions.get().logs
        && list.job_count() > limit
        && jobs.histories.with(|known| known.len() >= limit)
}
