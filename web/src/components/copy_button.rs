//! A button that copies a text.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    text::t,
    utils::{clipboard, time},
};

/// How long the result of copying is shown.
const RESULT_TIME: Duration = Duration::from_secs(2);

/// Renders a button that copies a text and says for a moment whether it succeeded.
#[component]
pub fn CopyButton(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let result = RwSignal::new(None::<bool>);
    let copy = Action::new_local(move |text: &String| {
        let text = text.clone();
        async move {
            result.try_set(Some(clipboard::copy(&text).await));
            time::sleep(RESULT_TIME).await;
            result.try_set(None);
        }
    });
    let label = move || match result.get() {
        None => t("Copy"),
        Some(true) => t("Copied"),
        Some(false) => t("Select the code and copy it"),
    };
    view! {
        <button
            type="button"
            class="button"
            on:click=move |_| {
                copy.dispatch_local(text.get_untracked());
            }
        >
            <Icon name="copy" />
            {move || label()}
        </button>
    }
}
