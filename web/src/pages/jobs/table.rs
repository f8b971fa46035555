//! The table of jobs: only the rows that are seen are in the document.

use std::ops::Range;

use leptos::prelude::{request_animation_frame, window};
use txjobs_sdk::types::JobId;
use uuid::Uuid;
use web_sys::{Element, Event};

use super::{heads::heads, row::row};
use crate::{
    browser,
    dom::{El, IntoView, View, each, el, on_window, show},
    reactive::{Memo, RwSignal},
    route::Listing,
    state::app,
    virtual_rows::{Rows, Window},
};

/// The jobs in the order of `shown`; tells by `seen` which of them are on the screen.
pub fn jobs_table(listing: Memo<Listing>, shown: Memo<Vec<JobId>>, seen: RwSignal<Range<usize>>) -> El {
    let app = app();
    let body = el("tbody");
    let count = Memo::new(move || shown.with(Vec::len));
    let (seen_rows, row_height) = keep_window(body.get(), seen);
    let loaded = Memo::new(move || app.jobs.list.with(Option::is_some));
    // After another filter or order some new rows come at once and the others with the next picture, so that nobody who
    // types waits for rows.
    let (rest, before) = (RwSignal::new(()), RwSignal::new((None, Vec::new())));
    let rows = move || {
        rest.track();
        let window = seen_rows.get();
        let order = Some(listing.with(Listing::unselected));
        let mut rows: Vec<_> = shown.with(|shown| {
            let last = window.last.min(shown.len());
            let seen = shown.get(window.first.min(last)..last).unwrap_or_default();
            seen.iter().map(|job| job.as_u128()).collect()
        });
        before.update_untracked(|(order_before, rows_before)| {
            if *order_before != order {
                let mut new = 0;
                rows.retain(|row| {
                    new += usize::from(!rows_before.contains(row));
                    new <= FIRST || rows_before.contains(row)
                });
                if new > FIRST {
                    request_animation_frame(move || rest.try_set(()));
                }
            }
            (*order_before, *rows_before) = (order, rows.clone());
        });
        rows
    };
    let above = move || seen_rows.get().first.min(count.get());
    let below = move || count.get().saturating_sub(seen_rows.get().last);
    // For the rows, which need not look again whenever the list is filtered or sorted.
    let selected = Memo::new(move || listing.with(|listing| listing.selected.clone()));
    // Another width, other rows: a row makes only what is seen of it.
    let content = move || {
        app.is_narrow.track();
        match loaded.get() {
            true => each(rows, move |job| row(JobId(Uuid::from_u128(job)), listing, selected)),
            false => skeleton(),
        }
    };
    let body = body.child(gap(above, row_height)).child(content).child(gap(below, row_height));
    el("table")
        .class("table jobs")
        .attr("aria-label", "Jobs")
        .attr("aria-rowcount", move || (count.get() + 1).to_string())
        .attr("aria-busy", move || (!loaded.get()).to_string())
        .child(heads(listing, shown))
        .child(body)
}

/// More rows than any list has: what is seen depends on the scrolling alone, and where a list ends is another's business.
const MANY: usize = 200_000;
/// So many new rows come at once.
const FIRST: usize = 12;
/// Rows beyond the edges of the screen. A row here is a dozen elements.
const SPARE: usize = 4;

/// Which rows are seen, as the page is scrolled and resized; and the height of a row.
fn keep_window(body: Element, seen: RwSignal<Range<usize>>) -> (RwSignal<Window>, RwSignal<f64>) {
    let seen_rows = RwSignal::new(Window { first: 0, last: 24, top: 0.0 });
    let row_height = RwSignal::new(32.0);
    // A row's height changes with the window only, and to read it costs more than all the rest: not before the first rows.
    let measure = move || {
        let Some(height) = row_height.try_get_untracked() else { return };
        let seen_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let Some(before) = seen_rows.try_get_untracked() else { return };
        // Of the window the list has what its head leaves.
        let top = body.get_bounding_client_rect().top();
        let rows = Rows { count: MANY, row_height: height, seen: seen_height - top.max(0.0) };
        let now = rows.window_with(-top, SPARE);
        if (now.first, now.last) != (before.first, before.last) {
            seen.set(now.first..now.last);
            seen_rows.set(now);
        }
    };
    let (first, again) = (measure.clone(), measure.clone());
    request_animation_frame(move || {
        row_height.try_set(browser::css_pixels("--row", 32));
        first();
    });
    on_window("scroll", move |_: Event| measure());
    on_window("resize", move |_: Event| {
        row_height.try_set(browser::css_pixels("--row", 32));
        again();
    });
    (seen_rows, row_height)
}

/// The place of rows that are not in the document.
fn gap(rows: impl Fn() -> usize + Copy + 'static, row_height: RwSignal<f64>) -> View {
    show(
        move || rows() > 0,
        move || {
            let height = move || format!("{}px", (rows() as f64 * row_height.get()) as i64);
            // One cell, not one across all: that would count the columns that a narrow screen does not show.
            let cell = el("td").class("gap").style("height", height);
            el("tr").attr("aria-hidden", "true").child(cell)
        },
    )
}

/// Rows of the right height while the jobs come, so that nothing jumps.
fn skeleton() -> View {
    let line = |class: String| el("span").class(class);
    let cell = |class: &'static str| el("td").class(class);
    let row = |width: &'static str| {
        el("tr")
            .attr("aria-hidden", "true")
            .child(cell("wide"))
            .child(el("td").child(line(format!("ghost-line {width}"))))
            .child(el("td").child(line("ghost-line w-fix".to_owned())))
            .child(cell("wide").child(line("ghost-line w-2".to_owned())))
            .child(cell("wide").child(line("ghost-line w-2".to_owned())))
            .child([cell("wide"), cell("wide roomy"), cell("wide roomy"), el("td")])
    };
    ["w-1", "w-2", "w-3", "w-1", "w-3", "w-2", "w-1", "w-2"].map(row).into_view()
}
