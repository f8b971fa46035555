//! Inputs of the connect screen, with their labels and errors.

use leptos::{ev, html, prelude::*};

/// Renders a text field that is bound to a signal. A change clears the error. The children are hints below the field.
#[component]
pub(super) fn TextField(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] error: Option<RwSignal<String>>,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let has_hint = children.is_some();
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <input
                id=id
                class="field"
                type="text"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                placeholder=placeholder
                inputmode=inputmode
                aria-describedby=error.map(|_| description_ids(id, has_hint))
                aria-invalid=move || error.map(is_invalid)
                bind:value=value
                on:input=move |_| clear(error)
            />
            {error.map(|error| view! { <FieldError id error /> })}
            {children.map(|children| children())}
        </div>
    }
}

/// Renders a password field. It is not bound to a signal, so that its secret exists only in the element and only until it
/// is used. The child is a hint below the field.
#[component]
pub(super) fn SecretField(
    id: &'static str,
    label: &'static str,
    node_ref: NodeRef<html::Input>,
    error: RwSignal<String>,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] hidden: Signal<bool>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let has_hint = children.is_some();
    view! {
        <div class="control" hidden=move || hidden.get()>
            <label for=id>{label}</label>
            <input
                node_ref=node_ref
                id=id
                class="field"
                type="password"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                placeholder=placeholder
                autofocus=autofocus
                aria-describedby=description_ids(id, has_hint)
                aria-invalid=move || is_invalid(error)
                on:input=move |_: ev::Event| clear(Some(error))
            />
            <FieldError id error />
            {children.map(|children| children())}
        </div>
    }
}

/// Renders a check box with its label.
#[component]
pub(super) fn CheckBox(id: &'static str, label: &'static str, checked: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="checkbox" for=id>
            <input type="checkbox" id=id bind:checked=checked />
            {label}
        </label>
    }
}

/// Renders the error of a field.
#[component]
fn FieldError(id: &'static str, error: RwSignal<String>) -> impl IntoView {
    view! {
        <span id=format!("{id}-error") class="field-error">
            {error}
        </span>
    }
}

fn description_ids(id: &str, has_hint: bool) -> String {
    if has_hint { format!("{id}-error {id}-hint") } else { format!("{id}-error") }
}

fn is_invalid(error: RwSignal<String>) -> String {
    error.with(|error| !error.is_empty()).to_string()
}

fn clear(error: Option<RwSignal<String>>) {
    if let Some(error) = error {
        error.set(String::new());
    }
}
