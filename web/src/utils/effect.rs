//! Effects that are compiled once for the whole console instead of once for each use.

use leptos::prelude::*;

/// Calls `run` now, and again when a signal that it reads changes, like [`Effect::new`].
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}
