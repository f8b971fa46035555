//! Handles clicks and keys in the lines of a log.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::LogViewState;
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
