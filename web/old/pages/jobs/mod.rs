//! The job list: status and last runs of all jobs, and starting them.

mod empty;
mod filters;
mod loaded;
mod row;
mod summary;
mod table;
mod table_header;

use std::{ops::Range, sync::atomic::Ordering};

use leptos::prelude::on_cleanup;
use txjobs_sdk::types::JobId;

use self::{
    empty::{no_jobs, no_match},
    filters::{apply_options, filters},
    loaded::{history_progress, job_count},
    summary::summary,
    table::jobs_table,
};
use crate::{
    components::{error_note, icon, reconnect_button},
    dom::{El, IntoView, View, button, el, show},
    model::{
        job_list::{self, JobIndex},
        list_options::{Column, ListOptions},
        route::Route,
    },
    reactive::{Memo, RwSignal, effect, screen_alive},
    state::{App, app},
    tasks::load_histories::load_histories,
    utils::browser,
};

/// Number of jobs whose history is loaded when the order or filter depends on it. The user can load more; a list of ten
/// thousand jobs must not send ten thousand requests by itself.
const INITIAL_HISTORY_LIMIT: usize = 300;

/// Renders the job list.
pub fn jobs_page() -> El {
    let app = app();
    let options = Memo::new(move || match app.route.get() {
        Route::Jobs(options) => options,
        _ => ListOptions::default(),
    });
    effect(move || {
        let active = app.jobs.statuses.with(|all| all.values().filter(|status| status.is_active()).count());
        let prefix = if active > 0 { format!("({active}) ") } else { String::new() };
        browser::set_title(&format!("{prefix}Jobs · txjobs"));
    });
    // The selection does not change the order.
    let order = Memo::new(move || options.with(ListOptions::without_selection));
    let shown = Memo::new(move || shown(app, order));
    let visible = RwSignal::new(0..0);
    let history_limit = RwSignal::new(INITIAL_HISTORY_LIMIT);
    request_histories(app, order, shown, visible, history_limit);
    let is_loaded = move || app.jobs.list.with(Option::is_some);
    let has_jobs = Memo::new(move || {
        app.jobs.list.with(|list| list.as_ref().is_none_or(|list| !list.jobs().is_empty()))
    });
    // A memo, so that a refresh does not replace the table, which would lose the focus.
    let content = Memo::new(move || match (has_jobs.get(), is_loaded() && shown.with(Vec::is_empty)) {
        (false, _) => Content::NoJobs,
        (true, true) => Content::NoMatch,
        (true, false) if !is_loaded() && app.jobs.error.with(Option::is_some) => Content::Nothing,
        (true, false) => Content::Table,
    });
    let header = el("div")
        .class("bar page-header")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Jobs"))
        .child(el("span").class("muted").attr("role", "status").child(move || summary(app)))
        .child(el("span").class("spacer"))
        .child(el("span").class("muted hide-on-phone").child(move || history_progress(app, order)))
        .child(show(move || has_more(app, order, history_limit), move || load_more_button(history_limit)))
        .child(show(
            move || options.with(|options| !options.selected.is_empty()),
            move || selection_buttons(app, options),
        ));
    let note = move || {
        let error = app.jobs.error.get()?;
        let is_outdated = app.jobs.list.with_untracked(Option::is_some);
        let context = if is_outdated { "This data is outdated." } else { "The jobs could not be loaded." };
        let retry = button("button", move || app.refresh()).child("Retry");
        Some(error_note(&error, context, (retry, reconnect_button(error.kind))))
    };
    let content = move || match content.get() {
        Content::NoJobs => no_jobs(app).into_view(),
        Content::NoMatch => no_match(app, options).into_view(),
        Content::Nothing => View::default(),
        Content::Table => jobs_table(options, shown, visible).into_view(),
    };
    el("main")
        .child(header)
        .child(show(move || has_jobs.get(), move || filters(options)))
        .child(note)
        .child(content)
}

/// The content below the filters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Content {
    NoJobs,
    NoMatch,
    Nothing,
    Table,
}

/// Returns the jobs to show, in order.
fn shown(app: App, order: Memo<ListOptions>) -> Vec<JobId> {
    let sort = |index: &JobIndex| {
        let with = |statuses: &_, histories: &_| {
            let data = job_list::JobData { index, statuses, histories };
            order.with(|order| job_list::filter_and_sort(data, order))
        };
        let with_statuses = |histories: &_| match order.with(ListOptions::is_status_required) {
            true => app.jobs.statuses.with(|statuses| with(statuses, histories)),
            false => app.jobs.statuses.with_untracked(|statuses| with(statuses, histories)),
        };
        // Histories arrive in small batches. Sort again only if the order depends on them.
        match order.with(ListOptions::is_history_required) {
            true => app.jobs.histories.with(with_statuses),
            false => app.jobs.histories.with_untracked(with_statuses),
        }
    };
    app.jobs.list.with(|list| list.as_ref().map(sort)).unwrap_or_default()
}

/// Requests the histories that the screen needs: those of the visible jobs first, then more if the order or filter
/// depends on them.
fn request_histories(
    app: App,
    order: Memo<ListOptions>,
    shown: Memo<Vec<JobId>>,
    visible: RwSignal<Range<usize>>,
    history_limit: RwSignal<usize>,
) {
    let (alive, latest_change, mut changes) = (screen_alive(), RwSignal::new(0u32), 0u32);
    effect(move || {
        let mut requested: Vec<_> = shown.with(|shown| {
            let visible = visible.get();
            shown.get(visible.start..visible.end.min(shown.len())).unwrap_or_default().to_vec()
        });
        let mut counted = requested.len();
        if order.with(ListOptions::is_history_required) && app.extensions.get().logs {
            app.jobs.list.with(|list| {
                let jobs = list.as_ref().map(JobIndex::jobs).unwrap_or_default();
                requested.extend(jobs.iter().take(history_limit.get()).map(|job| job.id));
            });
            if order.with(|order| matches!(order.sort, Column::Warnings | Column::Errors)) {
                counted = requested.len();
            }
        }
        app.jobs.counted.set(counted);
        app.jobs.requested.set(requested);
        // Wait a moment, so that fast scrolling does not load the rows it passes.
        let alive = alive.clone();
        changes += 1;
        let change = changes;
        latest_change.set(change);
        browser::spawn(async move {
            browser::sleep(100).await;
            if alive.load(Ordering::Relaxed) && latest_change.get_untracked() == change {
                load_histories(app);
            }
        });
    });
    on_cleanup(move || app.jobs.requested.set(Vec::new()));
}

/// Returns whether the requested histories are loaded and more jobs remain.
fn has_more(app: App, order: Memo<ListOptions>, history_limit: RwSignal<usize>) -> bool {
    let needs_more = order.with(ListOptions::is_history_required)
        && app.extensions.get().logs
        && job_count(app) > history_limit.get();
    needs_more && app.jobs.histories.with(|known| known.len() >= history_limit.get())
}

fn load_more_button(history_limit: RwSignal<usize>) -> El {
    button("button", move || history_limit.update(|limit| *limit += 1_000)).child("Load 1,000 more")
}

fn selection_buttons(app: App, options: Memo<ListOptions>) -> View {
    let label = move || format!("Run selected ({})", options.with(|options| options.selected.len()));
    let run = move || app.pending_bulk_run.set(options.with_untracked(|options| options.selected.clone()));
    let clear = move || apply_options(options.with_untracked(ListOptions::without_selection));
    let clear = button("button", clear).child("Select none");
    (clear, button("button primary", run).child(icon("play")).child(label)).into_view()
}
