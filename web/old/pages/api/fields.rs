//! The fields of the request form: the operation and its parameters.

use leptos::prelude::untrack;
use txjobs_sdk::{operation::Operation, paths};
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};

use super::request_form::{RequestForm, Step};
use crate::dom::{El, el};

/// Renders the choice of the operation.
pub(super) fn operations(form: RequestForm) -> El {
    let option = |(at, operation): (usize, &&'static Operation)| {
        let text = format!("{} · {} {}", operation.summary, operation.method, operation.template);
        el("option").attr("value", at.to_string()).child(text)
    };
    let options: Vec<_> = paths::ALL.iter().enumerate().map(option).collect();
    let select = el("select").class("field").attr("id", "operation").child(options);
    let selected: HtmlSelectElement = select.get();
    let select = select.on("change", move |_: Event| {
        form.step.set(Step::Editing);
        form.operation.set(selected.selected_index() as usize);
    });
    let label = el("label").attr("for", "operation").child("Operation");
    let note =
        move || form.operation().is_extension.then_some("An extension that not every server supports.");
    let note = el("span").class("hint").child(move || note().unwrap_or_default());
    el("div").class("control").child(label).child(select).child(note)
}

/// Renders a field for each parameter of the operation.
pub(super) fn fields(form: RequestForm) -> Vec<El> {
    let field = |name: &'static str| {
        let is_optional =
            form.operation.with_untracked(|at| paths::ALL[*at].query_parameters.contains(&name));
        let field =
            el("input").attr("type", "text").attr("id", name).class("field").attr("spellcheck", "false");
        let field = field.attr("autocomplete", "off").attr("placeholder", is_optional.then_some("optional"));
        let value = untrack(|| form.value(name));
        let input: HtmlInputElement = field.get();
        let field = field.value(value).on("input", move |_: Event| {
            form.step.set(Step::Editing);
            form.set_value(name, input.value());
        });
        let label = el("label").attr("for", name).child(el("code").child(name));
        el("div").class("control").child(label).child(field)
    };
    form.operation().parameters.iter().copied().map(field).collect()
}
