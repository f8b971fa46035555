//! Handles clicks and keys in the lines of a log.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::{log_detail::text_of, log_view_state::LogViewState};
use crate::{log::Log, reactive::RwSignal, utils::browser};

/// Opens or closes the clicked line. With Shift, selects all lines up to it.
pub(super) fn handle_click(view_state: LogViewState, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let line = target.and_then(|target| target.closest("[data-line]").ok().flatten());
    let Some(line) = line.and_then(|line| line.get_attribute("data-line")?.parse::<usize>().ok()) else {
        return;
    };
    if event.shift_key() {
        view_state.set_current(line, true);
        view_state.open_line.set(None);
    } else if !has_text_selection() {
        // A click that ends a text selection does not open the line.
        view_state.set_current(line, false);
        view_state.open_line.update(|open| *open = if *open == Some(line) { None } else { Some(line) });
    }
}

/// Handles a key while the lines have the focus.
pub(super) fn handle_key(log: RwSignal<Log>, view_state: LogViewState, event: &KeyboardEvent) {
    match event.key().as_str() {
        "Enter" => view_state.open_line.set(view_state.current.get_untracked()),
        key @ ("ArrowDown" | "ArrowUp") if !browser::is_typing(event) => {
            event.prevent_default();
            view_state.open_line.set(None);
            view_state.move_by_row(log, key == "ArrowDown", event.shift_key());
        }
        "End" if !browser::is_typing(event) => {
            event.prevent_default();
            view_state.go_to_end();
        }
        "c" if (event.ctrl_key() || event.meta_key()) && !has_text_selection() => {
            if let Some(range) = view_state.current_range() {
                browser::copy_with_feedback(text_of(log, range), view_state.copy_result);
            }
        }
        _ => {}
    }
}

fn has_text_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
