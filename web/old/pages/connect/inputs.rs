//! Inputs of the connect screen.

use web_sys::{Event, HtmlInputElement};

use crate::{
    dom::{El, el},
    reactive::RwSignal,
};

/// Creates an input without auto-completion, capitalization and spell checking.
pub(super) fn input(id: &'static str, kind: &'static str) -> El {
    el("input")
        .attr("id", id)
        .class("field")
        .attr("type", kind)
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
}

/// Renders an input with its label.
pub(super) fn control(id: &'static str, label: &'static str, input: El) -> El {
    el("div").class("control").child(el("label").attr("for", id).child(label)).child(input)
}

/// Renders the error of a field.
pub(super) fn field_error(id: &'static str, text: RwSignal<String>) -> El {
    el("span").attr("id", id).class("field-error").child(text)
}

/// Returns the value of `aria-invalid`.
pub(super) fn is_invalid(error: RwSignal<String>) -> impl Fn() -> String {
    move || error.with(|error| !error.is_empty()).to_string()
}

/// Binds an input to a signal. A change clears the error of the field.
pub(super) fn bind(input: El, text: RwSignal<String>, error: Option<RwSignal<String>>) -> El {
    let field: HtmlInputElement = input.get();
    input.value(text).on("input", move |_: Event| {
        text.set(field.value());
        if let Some(error) = error {
            error.set(String::new());
        }
    })
}

/// Renders a check box with its label.
pub(super) fn checkbox(id: &'static str, label: &'static str, checked: RwSignal<bool>) -> El {
    let field = el("input").attr("type", "checkbox").attr("id", id).checked(checked);
    let input: HtmlInputElement = field.get();
    let field = field.on("change", move |_: Event| checked.set(input.checked()));
    el("label").class("checkbox").attr("for", id).child(field).child(label)
}
