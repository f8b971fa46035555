//! Handles clicks and keys in the lines of a log.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::{log_detail::text_of, log_place::Place};
use crate::{browser, log::Log, reactive::RwSignal};

/// Opens or closes the clicked line. With Shift, selects all lines up to it.
pub(super) fn clicked(place: Place, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let line = target.and_then(|target| target.closest("[data-line]").ok().flatten());
    let Some(line) = line.and_then(|line| line.get_attribute("data-line")?.parse::<usize>().ok()) else {
        return;
    };
    if event.shift_key() {
        place.set(line, true);
        place.open.set(None);
    } else if !window_has_selection() {
        // A click that ends a text selection does not open the line.
        place.set(line, false);
        place.open.update(|open| *open = if *open == Some(line) { None } else { Some(line) });
    }
}

/// Handles a key while the lines have the focus.
pub(super) fn pressed(log: RwSignal<Log>, place: Place, event: &KeyboardEvent) {
    match event.key().as_str() {
        "Enter" => place.open.set(place.here.get_untracked()),
        key @ ("ArrowDown" | "ArrowUp") if !browser::is_typing(event) => {
            event.prevent_default();
            place.open.set(None);
            place.step(log, key == "ArrowDown", event.shift_key());
        }
        "End" if !browser::is_typing(event) => {
            event.prevent_default();
            place.go_to_end();
        }
        "c" if (event.ctrl_key() || event.meta_key()) && !window_has_selection() => {
            if let Some(range) = place.range() {
                browser::copy_and_tell(text_of(log, range), place.copied);
            }
        }
        _ => {}
    }
}

fn window_has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
