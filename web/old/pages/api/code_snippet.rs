//! The request as a code snippet, without the key.

use super::request_form::RequestForm;
use crate::{
    components::icon,
    dom::{El, button, el},
    model::snippet,
    reactive::{Memo, RwSignal},
    utils::browser,
};

/// Renders the snippet with a choice of languages and a copy button.
pub(super) fn code_snippet(form: RequestForm, code: Memo<String>) -> El {
    let tab = |language: &'static str| {
        button("choice", move || form.language.set(language))
            .attr("aria-pressed", move || (form.language.get() == language).to_string())
            .child(language)
    };
    let copy_result = RwSignal::new(None::<bool>);
    let copy_label = move || match copy_result.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select the code and copy it",
    };
    let copy = button("button", move || browser::copy_with_feedback(code.get_untracked(), copy_result));
    el("section")
        .class("panel")
        .attr("aria-label", "The request as code")
        .child(
            el("div")
                .class("bar")
                .child(snippet::languages().map(tab).collect::<Vec<_>>())
                .child(el("span").class("spacer"))
                .child(copy.child(icon("copy")).child(copy_label)),
        )
        .child(el("pre").class("code").child(code))
        .child(
            el("p")
                .class("muted")
                .child("The code reads the key from the environment variable TXJOBS_API_KEY."),
        )
}
