//! The request as a code snippet, without the key.

use super::Page;
use crate::{
    browser,
    components::icon,
    dom::{El, button, el},
    reactive::{Memo, RwSignal},
    snippet,
};

/// Renders the snippet with a choice of languages and a copy button.
pub(super) fn as_code(page: Page, code: Memo<String>) -> El {
    let tab = |language: &'static str| {
        button("choice", move || page.language.set(language))
            .attr("aria-pressed", move || (page.language.get() == language).to_string())
            .child(language)
    };
    let copied = RwSignal::new(None::<bool>);
    let words = move || match copied.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select and copy by hand",
    };
    let copy = button("button", move || browser::copy_and_tell(code.get_untracked(), copied));
    el("section")
        .class("panel")
        .attr("aria-label", "The request as code")
        .child(
            el("div")
                .class("bar")
                .child(snippet::languages().map(tab).collect::<Vec<_>>())
                .child(el("span").class("grow"))
                .child(copy.child(icon("copy")).child(words)),
        )
        .child(el("pre").class("code").child(code))
        .child(el("p").class("quiet").child("The code reads the key from the environment variable TXJOBS_API_KEY."))
}
