//! Dialogs over all screens.

mod bulk_run;
mod confirm_dialog;
mod modal;
mod production_warning;

use leptos::prelude::*;

use self::{bulk_run::BulkRunDialog, confirm_dialog::ConfirmDialog};
pub use self::{modal::Modal, production_warning::ProductionWarning};
use crate::state::Ui;

/// Renders the dialogs of a session. They are closed at first.
#[component]
pub fn Dialogs() -> impl IntoView {
    let ui = expect_context::<Ui>();
    // The next session may be one with another server.
    on_cleanup(move || ui.close_dialogs());
    view! {
        <ConfirmDialog />
        <BulkRunDialog />
    }
}
