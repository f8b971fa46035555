use leptos::{html, prelude::*};

use crate::utils::effects::effect;

/// Renders a modal dialog. It is always in the document, and open while `is_open` is true.
#[component]
pub fn Modal(
    #[prop(into)] is_open: Signal<bool>,
    /// Called when the dialog is closed, also with Escape. Sets `is_open` to false.
    on_close: impl Fn() + 'static,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(optional)] class: Option<&'static str>,
    /// Accessible name of a dialog without a heading.
    #[prop(optional)]
    label: Option<&'static str>,
    /// Id of the heading.
    #[prop(optional)]
    heading_id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            (true, false) => {
                // This fails only if the dialog is not in the document anymore.
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // The event arrives later, when the dialog may be open again.
    let close = move |_| {
        if dialog.get_untracked().is_none_or(|dialog| !dialog.open()) {
            on_close();
        }
    };
    view! {
        <dialog
            node_ref=dialog
            id=id
            class=class
            aria-label=label
            aria-labelledby=heading_id
            on:close=close
        >
            {children()}
        </dialog>
    }
}
