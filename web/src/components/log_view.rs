//! The lines of a log, as a virtual list.

use leptos::prelude::request_animation_frame;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, HtmlElement, KeyboardEvent, MouseEvent, ResizeObserver};

pub use super::log_place::Place;
use super::{
    icon,
    log_input::{clicked, pressed},
    log_map::map,
    log_place::row_height,
    log_row::{columns, row, sample},
    log_said::said,
};
use crate::{
    dom::{El, button, each, el, show},
    format,
    log::Log,
    reactive::{Memo, RwSignal, effect, keep},
    virtual_rows::{Rows, Window},
};

/// Renders the lines with the severity map and, if the view is not at the end, a button that shows new lines. `empty`
/// returns the text for a log without shown lines.
pub fn log_view(
    log: RwSignal<Log>,
    place: Place,
    label: &'static str,
    empty: impl Fn() -> &'static str + Copy + 'static,
) -> El {
    let row_height = row_height();
    let count = Memo::new(move || log.with(Log::height));
    let rows = Memo::new(move || Rows { count: count.get(), row_height, seen: place.seen.get() });
    let newer = move || log.with(Log::len).saturating_sub(place.read.get());
    let to_end = move || {
        let words = move || format::plural(newer(), "new line");
        button("button primary newer", move || place.go_to_end()).child(icon("end")).child(words)
    };
    keep_to_end(log, place, count);
    el("div")
        .class("log-frame")
        .child(lines(log, place, rows, label))
        .child(map(log, place, rows))
        .child(show(move || count.get() == 0, move || el("div").class("log-empty").child(empty)))
        .child(show(move || newer() > 0 && !place.pinned.get(), to_end))
        .child(said(log, place))
}

/// Scrolls to the end after new lines are rendered, if the view is pinned there.
fn keep_to_end(log: RwSignal<Log>, place: Place, count: Memo<usize>) {
    effect(move || {
        count.track();
        place.seen.track();
        if place.pinned.get_untracked() {
            request_animation_frame(move || {
                if place.pinned.try_get_untracked() == Some(true) {
                    place.go_to_end();
                    place.read.set(log.with_untracked(Log::len));
                }
            });
        }
    });
}

fn lines(log: RwSignal<Log>, place: Place, rows: Memo<Rows>, label: &'static str) -> El {
    let window = Memo::new(move || log.with(|log| of_rows(log, &rows.get(), place.scroll.get())));
    let on_scroll = move |_: Event| scrolled(log, place, rows);
    let shown = move || {
        let window = window.get();
        log.with(|log| {
            // The key includes the search and the columns, because both change the appearance of a row.
            let look = u128::from(log.searched().generation()) << 96 | (log.columns() as u128) << 64;
            let rows = (window.first..window.last).filter_map(|row| log.line_of(row));
            rows.map(|line| look | line as u128).collect()
        })
    };
    let rows_shown = el("div")
        .class("log-rows")
        .style("transform", move || format!("translateY({}px)", window.get().top.round() as i64))
        .child(each(shown, move |key| row(log, place, key as u32 as usize)));
    let space = el("div")
        .class("log-space")
        .style("height", move || format!("{}px", rows.get().height() as i64))
        .child(rows_shown);
    let digits = Memo::new(move || log.with(Log::len).to_string().len().max(3));
    let lines = el("div")
        .class("log")
        .class_if("wrapped", move || place.wrap.get())
        .attr("role", "log")
        .attr("tabindex", "0")
        .attr("aria-live", "off")
        .attr("aria-label", label)
        .style("--digits", move || digits.get().to_string())
        .style("--columns", move || log.with(Log::columns).to_string())
        .on("scroll", on_scroll)
        .on("mousedown", |event: MouseEvent| {
            // Shift selects lines instead of text.
            if event.shift_key() {
                event.prevent_default();
            }
        })
        .on("click", move |event: MouseEvent| clicked(place, &event))
        .on("keydown", move |event: KeyboardEvent| pressed(log, place, &event))
        .child(sample())
        .child(space);
    place.node.set(Some(lines.get()));
    observe_size(place, lines.get());
    let node: HtmlElement = lines.get();
    // Compute the wrap column again when the width changes.
    effect(move || {
        place.width.track();
        digits.track();
        let (wraps, node) = (place.wrap.get(), node.clone());
        request_animation_frame(move || {
            let columns = if wraps { columns(&node).unwrap_or_default() } else { 0 };
            if log.try_with_untracked(Log::columns).is_some_and(|now| now != columns) {
                place.rearrange(log, |log| log.wrap_at(columns));
            }
        });
    });
    lines
}

/// Converts the visible screen rows to log rows, because a wrapped line takes several screen rows.
fn of_rows(log: &Log, rows: &Rows, scroll: f64) -> Window {
    let seen = rows.window(scroll);
    let first = log.row_at(seen.first);
    let last = seen.last.checked_sub(1).map_or(0, |last| log.row_at(last) + 1);
    let above = (seen.first - log.top(first)) as f64 * rows.row_height;
    Window { first, last, top: seen.top - above }
}

fn scrolled(log: RwSignal<Log>, place: Place, rows: Memo<Rows>) {
    let Some(node) = place.node.get_untracked() else { return };
    let top = f64::from(node.scroll_top());
    let before = place.scroll.get_untracked();
    place.scroll.set(top);
    let at_end = rows.get_untracked().is_at_end(top);
    if at_end {
        place.read.set(log.with_untracked(Log::len));
    }
    // Only scrolling up releases the pin, because new lines move the end away, too.
    if at_end || top < before {
        place.pinned.set(at_end);
    }
}

/// Updates the size of the viewport when it changes.
fn observe_size(place: Place, node: HtmlElement) {
    let seen = node.clone();
    let changed = Closure::<dyn FnMut()>::new(move || {
        place.seen.try_set(f64::from(node.client_height()));
        place.width.try_set(f64::from(node.client_width()));
    });
    if let Ok(watch) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        // The observer also reports the initial size.
        watch.observe(&seen);
        keep(Watch(watch, changed));
    }
}

/// A resize observer that is disconnected on drop, before its closure is dropped.
struct Watch(
    ResizeObserver,
    #[expect(dead_code, reason = "the observer calls it")] Closure<dyn FnMut()>,
);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}
