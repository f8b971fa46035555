//! Event listeners and effects that live as long as the reactive owner that creates them.

use leptos::prelude::RenderEffect;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

use crate::{
    closure::{Callback, Handler},
    reactive::keep_alive,
};

/// An event listener that is removed on drop.
struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, function);
    }
}

/// Listens to an event until the owning screen is removed.
pub(super) fn listen(target: &EventTarget, event: &'static str, mut handler: Box<dyn Handler<Event>>) {
    let closure = Closure::new(move |event| handler.handle(event));
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    keep_alive(Listener { target: target.clone(), event, closure });
}

/// Runs an action now, and again whenever a signal that it reads changes.
pub(super) fn run_effect(mut action: Box<dyn Callback>) {
    keep_alive(RenderEffect::new(move |_: Option<()>| action.call()));
}
