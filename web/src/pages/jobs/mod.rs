//! The job list: status and last runs of all jobs, and starting them.

mod empty;
mod filters;
mod heads;
mod row;
mod summary;
mod table;

use std::sync::atomic::Ordering;

use leptos::prelude::on_cleanup;
use txjobs_sdk::types::JobId;

use self::{
    empty::{no_jobs, no_match},
    filters::{filters, set},
    summary::summary,
    table::jobs_table,
};
use crate::{
    browser,
    components::{icon, reconnect, trouble_note},
    dom::{El, IntoView, View, button, el, show},
    follow, format,
    jobs_list::{self, Catalog},
    load_histories::load_histories,
    reactive::{Memo, RwSignal, effect},
    route::{Column, Listing, Route},
    state::{App, app},
};

/// Number of jobs whose history is loaded when the order or filter depends on it. The user can load more; a list of ten
/// thousand jobs must not send ten thousand requests by itself.
const SOME: usize = 300;

/// Renders the job list.
pub fn jobs_page() -> El {
    let app = app();
    let listing = Memo::new(move || match app.route.get() {
        Route::Jobs(listing) => listing,
        _ => Listing::default(),
    });
    effect(move || {
        let active = app.jobs.statuses.with(|all| all.values().filter(|status| status.is_active()).count());
        let lead = if active > 0 { format!("({active}) ") } else { String::new() };
        browser::set_title(&format!("{lead}Jobs · txjobs"));
    });
    // The selection does not change the order.
    let order = Memo::new(move || listing.with(Listing::unselected));
    let shown = Memo::new(move || shown(app, order));
    let seen = RwSignal::new(0..0);
    let some = RwSignal::new(SOME);
    want_histories(app, order, shown, seen, some);
    let is_loaded = move || app.jobs.list.with(Option::is_some);
    let has_jobs = Memo::new(move || {
        app.jobs.list.with(|list| list.as_ref().is_none_or(|list| !list.jobs().is_empty()))
    });
    // A memo, so that a refresh does not replace the table, which would lose the focus.
    let below = Memo::new(move || match (has_jobs.get(), is_loaded() && shown.with(Vec::is_empty)) {
        (false, _) => Below::NoJobs,
        (true, true) => Below::NoMatch,
        (true, false) if !is_loaded() && app.jobs.trouble.with(Option::is_some) => Below::Nothing,
        (true, false) => Below::Table,
    });
    let head = el("div")
        .class("bar head")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Jobs"))
        .child(el("span").class("quiet").attr("role", "status").child(move || summary(app)))
        .child(el("span").class("grow"))
        .child(el("span").class("quiet wide").child(move || unknown(app, order)))
        .child(show(move || has_more(app, order, some), move || more(some)))
        .child(show(
            move || listing.with(|listing| !listing.selected.is_empty()),
            move || run_selected(app, listing),
        ));
    let note = move || {
        let trouble = app.jobs.trouble.get()?;
        let is_old = app.jobs.list.with_untracked(Option::is_some);
        let lead = if is_old { "This data is outdated." } else { "The jobs could not be loaded." };
        let again = button("button", move || app.refresh()).child("Retry");
        Some(trouble_note(&trouble, lead, (again, reconnect(trouble.kind))))
    };
    let below = move || match below.get() {
        Below::NoJobs => no_jobs(app).into_view(),
        Below::NoMatch => no_match(app, listing).into_view(),
        Below::Nothing => View::default(),
        Below::Table => jobs_table(listing, shown, seen).into_view(),
    };
    el("main")
        .child(head)
        .child(show(move || has_jobs.get(), move || filters(listing)))
        .child(note)
        .child(below)
}

/// The content below the filters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Below {
    NoJobs,
    NoMatch,
    Nothing,
    Table,
}

/// Returns the jobs to show, in order.
fn shown(app: App, order: Memo<Listing>) -> Vec<JobId> {
    let arrange = |catalog: &Catalog| {
        let with = |statuses: &_, histories: &_| {
            let known = jobs_list::Known { catalog, statuses, histories };
            order.with(|order| jobs_list::arrange(known, order))
        };
        let with_statuses = |histories: &_| match order.with(Listing::needs_status) {
            true => app.jobs.statuses.with(|statuses| with(statuses, histories)),
            false => app.jobs.statuses.with_untracked(|statuses| with(statuses, histories)),
        };
        // Histories arrive in small batches. Sort again only if the order depends on them.
        match order.with(Listing::needs_history) {
            true => app.jobs.histories.with(with_statuses),
            false => app.jobs.histories.with_untracked(with_statuses),
        }
    };
    app.jobs.list.with(|list| list.as_ref().map(arrange)).unwrap_or_default()
}

/// Requests the histories that the screen needs: those of the visible jobs first, then more if the order or filter
/// depends on them.
fn want_histories(
    app: App,
    order: Memo<Listing>,
    shown: Memo<Vec<JobId>>,
    seen: RwSignal<std::ops::Range<usize>>,
    some: RwSignal<usize>,
) {
    let (alive, turn, mut turns) = (follow::alive(), RwSignal::new(0u32), 0u32);
    effect(move || {
        let mut wanted: Vec<_> = shown.with(|shown| {
            let seen = seen.get();
            shown.get(seen.start..seen.end.min(shown.len())).unwrap_or_default().to_vec()
        });
        let mut counted = wanted.len();
        if order.with(Listing::needs_history) && app.extensions.get().logs {
            app.jobs.list.with(|list| {
                let jobs = list.as_ref().map(Catalog::jobs).unwrap_or_default();
                wanted.extend(jobs.iter().take(some.get()).map(|job| job.id));
            });
            if order.with(|order| matches!(order.sort, Column::Warnings | Column::Errors)) {
                counted = wanted.len();
            }
        }
        app.jobs.counted.set(counted);
        app.jobs.wanted.set(wanted);
        // Wait a moment, so that fast scrolling does not load the rows it passes.
        let alive = alive.clone();
        let mine = {
            turns += 1;
            turns
        };
        turn.set(mine);
        browser::spawn(async move {
            browser::sleep(100).await;
            if alive.load(Ordering::Relaxed) && turn.get_untracked() == mine {
                load_histories(app);
            }
        });
    });
    on_cleanup(move || app.jobs.wanted.set(Vec::new()));
}

/// Returns the number of jobs.
fn count(app: App) -> usize {
    app.jobs.list.with(|list| list.as_ref().map_or(0, |list| list.jobs().len()))
}

/// Whether the requested histories are loaded and more jobs remain.
fn has_more(app: App, order: Memo<Listing>, some: RwSignal<usize>) -> bool {
    let is_more = order.with(Listing::needs_history) && app.extensions.get().logs && count(app) > some.get();
    is_more && app.jobs.histories.with(|known| known.len() >= some.get())
}

fn more(some: RwSignal<usize>) -> El {
    button("button", move || some.update(|some| *some += 1_000)).child("Load 1,000 more")
}

fn run_selected(app: App, listing: Memo<Listing>) -> View {
    let words = move || format!("Run selected ({})", listing.with(|listing| listing.selected.len()));
    let run = move || app.ask_many.set(listing.with_untracked(|listing| listing.selected.clone()));
    let none = move || set(listing.with_untracked(Listing::unselected));
    let none = button("button", none).child("Select none");
    (none, button("button primary", run).child(icon("play")).child(words)).into_view()
}

/// Describes how many histories are loaded, if the order or filter depends on them and some are missing.
fn unknown(app: App, listing: Memo<Listing>) -> Option<String> {
    if !listing.with(Listing::needs_history) {
        return None;
    }
    let all = count(app);
    let known = app.jobs.histories.with(std::collections::HashMap::len);
    (known < all).then(|| format!("last runs loaded for {} of {} jobs", format::count(known), format::count(all)))
}
