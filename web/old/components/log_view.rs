//! The lines of a log, as a virtual list.

use leptos::prelude::request_animation_frame;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, HtmlElement, KeyboardEvent, MouseEvent, ResizeObserver};

use super::{
    icon::icon,
    log_announcer::announcer,
    log_input::{handle_click, handle_key},
    log_row::{columns, row, sample},
    log_view_state::{LogViewState, row_height},
    severity_map::severity_map,
};
use crate::{
    dom::{El, button, each, el, show},
    log::Log,
    model::format,
    reactive::{Memo, RwSignal, effect, keep_alive},
    utils::virtual_rows::{Rows, Window},
};

/// Renders the lines with the severity map and, if the view is not at the end, a button that shows new lines. `empty`
/// returns the text for a log without shown lines.
pub fn log_view(
    log: RwSignal<Log>,
    view_state: LogViewState,
    label: &'static str,
    empty: impl Fn() -> &'static str + Copy + 'static,
) -> El {
    let row_height = row_height();
    let count = Memo::new(move || log.with(Log::height));
    let rows = Memo::new(move || Rows {
        count: count.get(),
        row_height,
        viewport: view_state.viewport_height.get(),
    });
    let new_lines = move || log.with(Log::len).saturating_sub(view_state.read_lines.get());
    let end_button = move || {
        let label = move || format::plural(new_lines(), "new line");
        button("button primary new-lines", move || view_state.go_to_end()).child(icon("end")).child(label)
    };
    stay_at_end(log, view_state, count);
    el("div")
        .class("log-frame")
        .child(lines(log, view_state, rows, label))
        .child(severity_map(log, view_state, rows))
        .child(show(move || count.get() == 0, move || el("div").class("log-empty").child(empty)))
        .child(show(move || new_lines() > 0 && !view_state.is_pinned.get(), end_button))
        .child(announcer(log, view_state))
}

/// Scrolls to the end after new lines are rendered, if the view is pinned there.
fn stay_at_end(log: RwSignal<Log>, view_state: LogViewState, count: Memo<usize>) {
    effect(move || {
        count.track();
        view_state.viewport_height.track();
        if view_state.is_pinned.get_untracked() {
            request_animation_frame(move || {
                if view_state.is_pinned.try_get_untracked() == Some(true) {
                    view_state.go_to_end();
                    view_state.read_lines.set(log.with_untracked(Log::len));
                }
            });
        }
    });
}

fn lines(log: RwSignal<Log>, view_state: LogViewState, rows: Memo<Rows>, label: &'static str) -> El {
    let window = Memo::new(move || log.with(|log| visible_rows(log, &rows.get(), view_state.scroll.get())));
    let on_scroll = move |_: Event| handle_scroll(log, view_state, rows);
    let shown = move || {
        let window = window.get();
        log.with(|log| {
            // The key includes the search and the columns, because both change the appearance of a row.
            let appearance =
                u128::from(log.search_state().generation()) << 96 | (log.columns() as u128) << 64;
            let rows = (window.first..window.last).filter_map(|row| log.line_of(row));
            rows.map(|line| appearance | line as u128).collect()
        })
    };
    let rows_shown = el("div")
        .class("log-rows")
        .style("transform", move || format!("translateY({}px)", window.get().top.round() as i64))
        .child(each(shown, move |key| row(log, view_state, key as u32 as usize)));
    let space = el("div")
        .class("log-space")
        .style("height", move || format!("{}px", rows.get().height() as i64))
        .child(rows_shown);
    let digits = Memo::new(move || log.with(Log::len).to_string().len().max(3));
    let lines = el("div")
        .class("log")
        .class_if("wrapped", move || view_state.is_wrapped.get())
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
        .on("click", move |event: MouseEvent| handle_click(view_state, &event))
        .on("keydown", move |event: KeyboardEvent| handle_key(log, view_state, &event))
        .child(sample())
        .child(space);
    view_state.scroll_element.set(Some(lines.get()));
    observe_size(view_state, lines.get());
    let node: HtmlElement = lines.get();
    // Compute the wrap column again when the width changes.
    effect(move || {
        view_state.viewport_width.track();
        digits.track();
        let (is_wrapped, node) = (view_state.is_wrapped.get(), node.clone());
        request_animation_frame(move || {
            let columns = if is_wrapped { columns(&node).unwrap_or_default() } else { 0 };
            if log.try_with_untracked(Log::columns).is_some_and(|now| now != columns) {
                view_state.update_log(log, |log| log.set_columns(columns));
            }
        });
    });
    lines
}

/// Converts the visible screen rows to log rows, because a wrapped line takes several screen rows.
fn visible_rows(log: &Log, rows: &Rows, scroll: f64) -> Window {
    let visible = rows.window(scroll);
    let first = log.row_at(visible.first);
    let last = visible.last.checked_sub(1).map_or(0, |last| log.row_at(last) + 1);
    let above = (visible.first - log.top(first)) as f64 * rows.row_height;
    Window { first, last, top: visible.top - above }
}

fn handle_scroll(log: RwSignal<Log>, view_state: LogViewState, rows: Memo<Rows>) {
    let Some(node) = view_state.scroll_element.get_untracked() else { return };
    let top = f64::from(node.scroll_top());
    let before = view_state.scroll.get_untracked();
    view_state.scroll.set(top);
    let at_end = rows.get_untracked().is_at_end(top);
    if at_end {
        view_state.read_lines.set(log.with_untracked(Log::len));
    }
    // Only scrolling up releases the pin, because new lines move the end away, too.
    if at_end || top < before {
        view_state.is_pinned.set(at_end);
    }
}

/// Updates the size of the viewport when it changes.
fn observe_size(view_state: LogViewState, node: HtmlElement) {
    let observed = node.clone();
    let on_resize = Closure::<dyn FnMut()>::new(move || {
        view_state.viewport_height.try_set(f64::from(node.client_height()));
        view_state.viewport_width.try_set(f64::from(node.client_width()));
    });
    if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
        // The observer also reports the initial size.
        observer.observe(&observed);
        keep_alive(SizeObserver(observer, on_resize));
    }
}

/// A resize observer that is disconnected on drop, before its closure is dropped.
struct SizeObserver(
    ResizeObserver,
    #[expect(dead_code, reason = "the observer calls it")] Closure<dyn FnMut()>,
);

impl Drop for SizeObserver {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}
