//! Effects and listeners that end with the component that adds them.

use leptos::{ev::EventDescriptor, prelude::*};
use wasm_bindgen::JsCast;

/// Calls `run` now, and again when a signal that it reads changes, like [`Effect::new`]. It is compiled once for the whole
/// console, not once for each use.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

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
