//! The fields of the request form: the operation and its parameters.

use leptos::prelude::*;
use txjobs_sdk::paths;

use super::request_form::{RequestForm, Step};
use crate::{components::For, text::t};

/// Renders the choice of the operation.
#[component]
pub(super) fn OperationField(form: RequestForm) -> impl IntoView {
    let options = paths::ALL
        .iter()
        .enumerate()
        .map(|(at, operation)| {
            let text = format!("{} · {} {}", operation.summary, operation.method, operation.template);
            view! { <option value=at.to_string()>{text}</option> }
        })
        .collect_view();
    let select = move |index: String| {
        form.step.set(Step::Editing);
        form.operation.set(index.parse().unwrap_or_default());
    };
    let note = move || {
        let is_extension = form.operation().is_extension;
        is_extension.then_some(t("An extension that not every server supports."))
    };
    view! {
        <div class="control">
            <label for="operation">{t("Operation")}</label>
            <select class="field" id="operation" on:change:target=move |event| select(event.target().value())>
                {options}
            </select>
            <span class="hint">{move || note()}</span>
        </div>
    }
}

/// Renders a field for each parameter of the operation.
#[component]
pub(super) fn ParameterFields(form: RequestForm) -> impl IntoView {
    // A parameter of two operations keeps its field.
    view! {
        <For each=move || form.operation().parameters.iter().copied() key=|name| *name let(name)>
            <div class="control">
                <label for=name>
                    <code>{name}</code>
                </label>
                <input
                    type="text"
                    id=name
                    class="field"
                    spellcheck="false"
                    autocomplete="off"
                    placeholder=move || is_optional(form, name).then_some(t("optional"))
                    prop:value=move || form.value(name)
                    on:input:target=move |event| form.set_value(name, event.target().value())
                />
            </div>
        </For>
    }
}

fn is_optional(form: RequestForm, name: &str) -> bool {
    form.operation().query_parameters.contains(&name)
}
