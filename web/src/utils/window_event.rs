//! Events of the window.

use leptos::{ev::EventDescriptor, prelude::*};
use wasm_bindgen::JsCast;

/// Calls `handler` for each event until the owner is cleaned up.
///
/// `use_event_listener` of leptos-use does the same for elements that change, which makes each listener five times as
/// large.
pub fn on_window_event<E>(event: E, handler: impl Fn(E::EventType) + 'static)
where
    E: EventDescriptor + 'static,
    E::EventType: JsCast,
{
    let listener = window_event_listener(event, handler);
    on_cleanup(move || listener.remove());
}
