//! Opens dialogs.

use web_sys::HtmlDialogElement;

use crate::utils::browser;

/// Opens the dialog with this id, unless it is open.
pub fn open_dialog(id: &str) {
    if let Some(dialog) = browser::element::<HtmlDialogElement>(id).filter(|dialog| !dialog.open()) {
        let _ = dialog.show_modal();
    }
}
