//! The virtual list of lines.

use leptos::{ev, prelude::*};
use leptos_use_resize_observer::use_resize_observer;

use super::{
    input::{handle_click, handle_copy, handle_key},
    row::{LogRow, SampleRow, measure_columns},
    view_state::LogViewState,
};
use crate::{
    components::For,
    log::Log,
    state::Preferences,
    utils::{
        effects::effect,
        virtual_rows::{Rows, Window},
    },
};

/// Renders the visible lines at their place in the scrolled log.
#[component]
pub(super) fn LogLines(rows: Memo<Rows>, label: &'static str) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let wraps_lines = expect_context::<Preferences>().wraps_lines.signal();
    let window = Memo::new(move |_| state.log.with(|log| visible_rows(log, &rows.get(), state.scroll.get())));
    let digits = Memo::new(move |_| state.log.with(Log::len).to_string().len().max(3));
    // The key includes the version, because a change of it changes the appearance of the rows.
    let visible_lines = move || {
        let window = window.get();
        state.log.with(|log| {
            let rows = (window.first..window.last).filter_map(|row| log.line_of(row));
            rows.map(|line| (log.version(), line)).collect::<Vec<_>>()
        })
    };
    observe_size(state);
    keep_columns(state, wraps_lines, digits);
    let keep_text_unselected = |event: ev::MouseEvent| {
        // Shift selects lines instead of text.
        if event.shift_key() {
            event.prevent_default();
        }
    };
    view! {
        <div
            node_ref=state.scroll_element
            class="log"
            class:wrapped=wraps_lines
            role="log"
            tabindex="0"
            aria-live="off"
            aria-label=label
            style:--digits=move || digits.get().to_string()
            style:--columns=move || state.log.with(Log::columns).to_string()
            on:scroll=move |_| handle_scroll(state, rows)
            on:mousedown=keep_text_unselected
            on:click=move |event| handle_click(state, &event)
            on:copy=move |event| handle_copy(state, &event)
            on:keydown=move |event| handle_key(state, &event)
        >
            <SampleRow />
            <div class="log-space" style:height=move || format!("{}px", rows.get().height().round())>
                <div
                    class="log-rows"
                    style:transform=move || format!("translateY({}px)", window.get().top.round())
                >
                    <For each=visible_lines key=|key| *key let:((_, line))>
                        <LogRow line />
                    </For>
                </div>
            </div>
        </div>
    }
}

/// Converts the visible screen rows to log rows, because a wrapped line takes several screen rows.
fn visible_rows(log: &Log, rows: &Rows, scroll: f64) -> Window {
    let visible = rows.window(scroll);
    let first = log.row_at(visible.first);
    let last = visible.last.checked_sub(1).map_or(0, |last| log.row_at(last) + 1);
    let above = (visible.first - log.top(first)) as f64 * rows.row_height;
    Window { first, last, top: visible.top - above }
}

fn handle_scroll(state: LogViewState, rows: Memo<Rows>) {
    let Some(element) = state.scroll_element.get_untracked() else { return };
    let top = f64::from(element.scroll_top());
    let before = state.scroll.get_untracked();
    state.set_scroll(top);
    let at_end = rows.get_untracked().is_at_end(top);
    if at_end {
        state.read_lines.set(state.log.with_untracked(Log::len));
    }
    // Only scrolling up releases the pin, because new lines move the end away, too.
    if at_end || top < before {
        state.is_pinned.set(at_end);
    }
}

/// Follows the size of the viewport.
fn observe_size(state: LogViewState) {
    use_resize_observer(state.scroll_element, move |_, _| {
        if let Some(element) = state.scroll_element.get_untracked() {
            state.viewport_height.set(f64::from(element.client_height()));
            state.viewport_width.set(f64::from(element.client_width()));
        }
    });
}

/// Computes the column at which lines wrap again when the width changes.
fn keep_columns(state: LogViewState, wraps_lines: Signal<bool>, digits: Memo<usize>) {
    effect(move || {
        state.viewport_width.track();
        digits.track();
        let wraps_lines = wraps_lines.get();
        request_animation_frame(move || {
            let Some(element) = state.scroll_element.try_get_untracked().flatten() else { return };
            let columns = if wraps_lines { measure_columns(&element).unwrap_or_default() } else { 0 };
            if state.log.with_untracked(Log::columns) != columns {
                state.update_log(|log| log.set_columns(columns));
            }
        });
    });
}
