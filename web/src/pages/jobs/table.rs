//! The table of jobs: only the rows that are seen are in the document.

use std::ops::Range;

use leptos::prelude::{request_animation_frame, window};
use txjobs_sdk::types::JobId;
use uuid::Uuid;
use web_sys::{Element, Event, HtmlInputElement};

use super::{filters::set, row::row};
use crate::{
    browser,
    components::icon,
    dom::{El, IntoView, View, button, each, el, on_window, show},
    reactive::{Memo, RwSignal},
    route::{Column, Listing, MOST_SELECTED},
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
    let rows = move || {
        let window = seen_rows.get();
        shown.with(|shown| {
            let last = window.last.min(shown.len());
            let seen = shown.get(window.first.min(last)..last).unwrap_or_default();
            seen.iter().map(|job| job.as_u128()).collect()
        })
    };
    let before = move || seen_rows.get().first.min(count.get());
    let after = move || count.get().saturating_sub(seen_rows.get().last);
    // Another width, other rows: a row makes only what is seen of it.
    let content = move || {
        app.is_narrow.track();
        match loaded.get() {
            true => each(rows, move |job| row(JobId(Uuid::from_u128(job)), listing)),
            false => skeleton(),
        }
    };
    let body = body.child(gap(before, row_height)).child(content).child(gap(after, row_height));
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
/// Rows beyond the edges of the screen. A row here is a dozen elements.
const SPARE: usize = 4;

/// Which rows are seen, as the page is scrolled and resized; and the height of a row.
fn keep_window(body: Element, seen: RwSignal<Range<usize>>) -> (RwSignal<Window>, RwSignal<f64>) {
    let seen_rows = RwSignal::new(Window { first: 0, last: 32, top: 0.0 });
    let row_height = RwSignal::new(32.0);
    // A row's height changes with the window only, and to read it costs more than all the rest: not before the first rows.
    let measure = move || {
        let Some(height) = row_height.try_get_untracked() else { return };
        let seen_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let Some(before) = seen_rows.try_get_untracked() else { return };
        let rows = Rows { count: MANY, row_height: height, seen: seen_height };
        let now = rows.window_with(-body.get_bounding_client_rect().top(), SPARE);
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
            let cell = el("td").class("gap").attr("colspan", "9").style("height", height);
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

/// Ticks the jobs that are shown, the first of them where they are many, or none.
fn tick_all(listing: Memo<Listing>, shown: Memo<Vec<JobId>>) -> El {
    let all = move || shown.with(|shown| shown.iter().take(MOST_SELECTED).copied().collect::<Vec<_>>());
    let is_all = move || {
        listing.with(|listing| {
            !listing.selected.is_empty()
                && shown
                    .with(|shown| shown.iter().take(MOST_SELECTED).all(|job| listing.selected.contains(job)))
        })
    };
    let label = move || match shown.with(Vec::len) {
        ..=MOST_SELECTED => "Select all".to_owned(),
        _ => format!("Select the first {MOST_SELECTED}"),
    };
    let field =
        el("input").attr("type", "checkbox").checked(is_all).attr("aria-label", label).attr("title", label);
    let input: HtmlInputElement = field.get();
    let change = move |_: Event| {
        let selected = if input.checked() { all() } else { Vec::new() };
        set(Listing { selected, ..listing.get_untracked() });
    };
    el("th").attr("scope", "col").class("c-tick wide").child(field.on("change", change))
}

fn heads(listing: Memo<Listing>, shown: Memo<Vec<JobId>>) -> El {
    let plain = |class: &'static str| el("th").attr("scope", "col").class(class);
    let heads = el("tr")
        .child(tick_all(listing, shown))
        .child(head(listing, Column::Name, "", "Name", "Name".into_view()))
        .child(head(listing, Column::Status, "c-status", "Status", "Status".into_view()))
        .child(plain("c-five wide").child("Last five"))
        .child(head(listing, Column::LastRun, "c-last wide", "Last run", "Last run".into_view()))
        .child(head(listing, Column::Took, "c-took number wide", "Took", "Took".into_view()))
        .child(head(
            listing,
            Column::Warnings,
            "c-count number wide roomy",
            "Warnings of the last run",
            icon("triangle").into_view(),
        ))
        .child(head(
            listing,
            Column::Errors,
            "c-count number wide roomy",
            "Errors of the last run",
            icon("cross").into_view(),
        ))
        .child(plain("c-actions").child(el("span").class("unseen").child("Actions")));
    el("thead").child(heads)
}

/// A column's head that sorts by it.
fn head(
    listing: Memo<Listing>,
    column: Column,
    class: &'static str,
    label: &'static str,
    content: View,
) -> El {
    let direction =
        Memo::new(move || listing.with(|listing| (listing.sort == column).then_some(listing.descending)));
    let sort = move || match direction.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = move || set(listing.with_untracked(|listing| listing.sorted_by(column)));
    let button = button("", sort_by)
        .attr("title", format!("Sort by {}", label.to_ascii_lowercase()))
        .attr("aria-label", label)
        .child(content)
        .child(move || direction.get().map(|down| icon(if down { "down" } else { "up" })));
    el("th").attr("scope", "col").class(class).attr("aria-sort", sort).child(button)
}
