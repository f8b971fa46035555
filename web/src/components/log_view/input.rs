//! Handles clicks, keys and copying in the lines of a log.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, KeyboardEvent, MouseEvent, Node, Range};

use super::view_state::LogViewState;
use crate::utils::focus::is_typing;

/// Opens or closes the clicked line. With Shift, selects all lines up to it.
pub(super) fn handle_click(state: LogViewState, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let line = target.and_then(|target| target.closest("[data-line]").ok().flatten());
    let Some(line) = line.and_then(|line| line.get_attribute("data-line")?.parse::<usize>().ok()) else {
        return;
    };
    if event.shift_key() {
        state.set_current(line, true);
        state.open_line.set(None);
    } else if !has_text_selection() {
        // A click that ends a text selection does not open the line.
        state.set_current(line, false);
        state.open_line.update(|open| *open = if *open == Some(line) { None } else { Some(line) });
    }
}

/// Handles a key while the lines have the focus.
pub(super) fn handle_key(state: LogViewState, event: &KeyboardEvent) {
    match event.key().as_str() {
        "Enter" => state.open_line.set(state.current.get_untracked()),
        key @ ("ArrowDown" | "ArrowUp") if !is_typing(event) => {
            event.prevent_default();
            state.open_line.set(None);
            state.move_by_row(key == "ArrowDown", event.shift_key());
        }
        "End" if !is_typing(event) => {
            event.prevent_default();
            state.go_to_end();
        }
        "c" if (event.ctrl_key() || event.meta_key()) && !has_text_selection() => {
            if let Some(range) = untrack(move || state.current_range()) {
                state.copy(state.log.with_untracked(|log| log.text_of(range)));
            }
        }
        _ => {}
    }
}

fn has_text_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Copies rows as `time  severity  text`, one line for each. The browser would put each column on a line of its own and
/// include the words for screen readers. A part of one message is copied by the browser.
pub(super) fn handle_copy(state: LogViewState, event: &ClipboardEvent) {
    let Some(log) = state.scroll_element.get_untracked() else { return };
    let selection = window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
    let Some(range) = selection.and_then(|selection| selection.get_range_at(0).ok()) else { return };
    if is_in_message(&range) {
        return;
    }
    let Ok(rows) = log.query_selector_all("[data-line]") else { return };
    let rows = (0..rows.length()).filter_map(|at| rows.item(at)?.dyn_into::<Element>().ok());
    let lines = rows
        .filter(|row| has_selected_text(&range, row))
        .filter_map(|row| row.get_attribute("data-line")?.parse().ok());
    let text = state.log.with_untracked(|log| log.row_texts(lines));
    if let Some(clipboard) = event.clipboard_data().filter(|_| !text.is_empty())
        && clipboard.set_data("text/plain", &text).is_ok()
    {
        event.prevent_default();
    }
}

/// Returns whether the range is a part of one message.
fn is_in_message(range: &Range) -> bool {
    let container = range.common_ancestor_container().ok();
    let element = container.and_then(|node| match node.dyn_into::<Element>() {
        Ok(element) => Some(element),
        Err(text) => text.parent_element(),
    });
    element.is_some_and(|element| element.closest(".message").is_ok_and(|message| message.is_some()))
}

/// Returns whether text of the row is selected. A selection of whole rows ends before the first character of the next
/// one.
fn has_selected_text(range: &Range, row: &Node) -> bool {
    if !range.intersects_node(row).unwrap_or_default() {
        return false;
    }
    let ends_in_row = range.end_container().is_ok_and(|end| row.contains(Some(&end)));
    if !ends_in_row {
        return true;
    }
    let part = range.clone_range();
    part.set_start_before(row).is_ok() && !String::from(part.to_string()).trim().is_empty()
}
