//! Dialogs over all screens.

use leptos::prelude::*;

/// Renders all dialogs. They are closed at first.
#[component]
pub fn Dialogs() -> impl IntoView {}
