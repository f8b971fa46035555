use leptos::prelude::*;

use crate::{components::dialogs::Modal, text::t};

/// Renders the dialog with the keyboard shortcuts, which `?` opens.
#[component]
pub(super) fn ShortcutsDialog(is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal
            is_open
            on_close=move || is_open.set(false)
            id="shortcuts"
            class="shortcuts"
            heading_id="shortcuts-title"
        >
            <h2 id="shortcuts-title">{t("Keyboard shortcuts")}</h2>
            <dl>
                <dt><kbd>"Ctrl K"</kbd></dt>
                <dd>{t("Search or jump")}</dd>
                <dt><kbd>"?"</kbd></dt>
                <dd>{t("Show keyboard shortcuts")}</dd>
                <dt><kbd>"/"</kbd></dt>
                <dd>{t("Filter the jobs or search the log")}</dd>
                <dt><kbd>"n"</kbd>" "<kbd>"p"</kbd></dt>
                <dd>{t("Next or previous error in the log")}</dd>
                <dt><kbd>"w"</kbd></dt>
                <dd>{t("Wrap log lines")}</dd>
                <dt><kbd>"↑"</kbd>" "<kbd>"↓"</kbd></dt>
                <dd>{t("Next or previous line; with ")}<kbd>"Shift"</kbd>{t(", select lines")}</dd>
                <dt><kbd>"Enter"</kbd></dt>
                <dd>{t("Show the full line")}</dd>
                <dt><kbd>"Ctrl C"</kbd></dt>
                <dd>{t("Copy the selected lines")}</dd>
                <dt><kbd>"End"</kbd></dt>
                <dd>{t("Go to the end of the log")}</dd>
                <dt><kbd>"Esc"</kbd></dt>
                <dd>{t("Close a dialog or clear the filter")}</dd>
            </dl>
            <form method="dialog" class="bar">
                <button class="button">{t("Close")}</button>
            </form>
        </Modal>
    }
}
