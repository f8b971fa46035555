//! The job table, as a virtual list.

use std::ops::Range;

use leptos::prelude::{request_animation_frame, window};
use txjobs_sdk::types::JobId;
use uuid::Uuid;
use web_sys::{Element, Event};

use super::{row::row, table_header::table_header};
use crate::{
    dom::{El, IntoView, View, each, el, on_window, show},
    model::list_options::ListOptions,
    reactive::{Memo, RwSignal},
    state::app,
    utils::{
        browser,
        virtual_rows::{Rows, Window},
    },
};

/// Renders the jobs in the order of `shown` and sets `visible` to the range of visible rows.
pub fn jobs_table(
    options: Memo<ListOptions>,
    shown: Memo<Vec<JobId>>,
    visible: RwSignal<Range<usize>>,
) -> El {
    let app = app();
    let body = el("tbody");
    let count = Memo::new(move || shown.with(Vec::len));
    let (window, row_height) = observe_window(body.get(), visible);
    let loaded = Memo::new(move || app.jobs.list.with(Option::is_some));
    // After a change of filter or order, render a few new rows immediately and the others in the next frame, so that
    // typing stays fast.
    let (next_frame, previous) = (RwSignal::new(()), RwSignal::new((None, Vec::new())));
    let rows = move || {
        next_frame.track();
        let window = window.get();
        let order = Some(options.with(ListOptions::without_selection));
        let mut rows: Vec<_> = shown.with(|shown| {
            let last = window.last.min(shown.len());
            let visible = shown.get(window.first.min(last)..last).unwrap_or_default();
            visible.iter().map(|job| job.as_u128()).collect()
        });
        previous.update_untracked(|(previous_order, previous_rows)| {
            if *previous_order != order {
                let mut new_count = 0;
                rows.retain(|row| {
                    new_count += usize::from(!previous_rows.contains(row));
                    new_count <= MAX_IMMEDIATE_ROWS || previous_rows.contains(row)
                });
                if new_count > MAX_IMMEDIATE_ROWS {
                    request_animation_frame(move || next_frame.try_set(()));
                }
            }
            (*previous_order, *previous_rows) = (order, rows.clone());
        });
        rows
    };
    let above = move || window.get().first.min(count.get());
    let below = move || count.get().saturating_sub(window.get().last);
    // A memo, so that rows do not update when the filter or order changes.
    let selected = Memo::new(move || options.with(|options| options.selected.clone()));
    // A row renders only the columns for the current width.
    let content = move || {
        app.is_narrow.track();
        match loaded.get() {
            true => each(rows, move |job| row(JobId(Uuid::from_u128(job)), options, selected)),
            false => skeleton(),
        }
    };
    let body = body.child(spacer_row(above, row_height)).child(content).child(spacer_row(below, row_height));
    el("table")
        .class("table jobs")
        .attr("aria-label", "Jobs")
        .attr("aria-rowcount", move || (count.get() + 1).to_string())
        .attr("aria-busy", move || (!loaded.get()).to_string())
        .child(table_header(options, shown))
        .child(body)
}

/// Upper bound of the list length. The visible range depends only on the scroll position; the caller cuts it to the
/// length of the list.
const MAX_ROWS: usize = 200_000;
/// Number of new rows that are rendered immediately.
const MAX_IMMEDIATE_ROWS: usize = 12;
/// Rows rendered beyond each edge of the screen. They are few, because each has about twelve elements.
const OVERSCAN: usize = 4;

/// Returns the visible rows, updated when the page is scrolled or resized, and the height of a row.
fn observe_window(body: Element, visible: RwSignal<Range<usize>>) -> (RwSignal<Window>, RwSignal<f64>) {
    let visible_window = RwSignal::new(Window { first: 0, last: 24, top: 0.0 });
    let row_height = RwSignal::new(32.0);
    // Reading the row height is slow and it changes only with the window size, so it is read after the first render.
    let measure = move || {
        let Some(height) = row_height.try_get_untracked() else { return };
        let window_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let Some(old) = visible_window.try_get_untracked() else { return };
        // The list is visible below its header.
        let top = body.get_bounding_client_rect().top();
        let rows = Rows { count: MAX_ROWS, row_height: height, viewport: window_height - top.max(0.0) };
        let new = rows.window_with_overscan(-top, OVERSCAN);
        if (new.first, new.last) != (old.first, old.last) {
            visible.set(new.first..new.last);
            visible_window.set(new);
        }
    };
    let (measure_first, measure_resized) = (measure.clone(), measure.clone());
    request_animation_frame(move || {
        row_height.try_set(browser::css_pixels("--row-height", 32));
        measure_first();
    });
    on_window("scroll", move |_: Event| measure());
    on_window("resize", move |_: Event| {
        row_height.try_set(browser::css_pixels("--row-height", 32));
        measure_resized();
    });
    (visible_window, row_height)
}

/// Renders an empty row with the height of the rows that are not rendered.
fn spacer_row(rows: impl Fn() -> usize + Copy + 'static, row_height: RwSignal<f64>) -> View {
    show(
        move || rows() > 0,
        move || {
            let height = move || format!("{}px", (rows() as f64 * row_height.get()) as i64);
            // A single cell without `colspan`, because narrow screens hide columns.
            let cell = el("td").class("spacer-row").style("height", height);
            el("tr").attr("aria-hidden", "true").child(cell)
        },
    )
}

/// Renders placeholder rows of the final height while the jobs load.
fn skeleton() -> View {
    let line = |class: String| el("span").class(class);
    let cell = |class: &'static str| el("td").class(class);
    let row = |width: &'static str| {
        el("tr")
            .attr("aria-hidden", "true")
            .child(cell("hide-on-phone"))
            .child(el("td").child(line(format!("skeleton {width}"))))
            .child(el("td").child(line("skeleton w-fix".to_owned())))
            .child(cell("hide-on-phone").child(line("skeleton w-2".to_owned())))
            .child(cell("hide-on-phone").child(line("skeleton w-2".to_owned())))
            .child([
                cell("hide-on-phone"),
                cell("hide-on-phone hide-on-tablet"),
                cell("hide-on-phone hide-on-tablet"),
                el("td"),
            ])
    };
    ["w-1", "w-2", "w-3", "w-1", "w-3", "w-2", "w-1", "w-2"].map(row).into_view()
}
