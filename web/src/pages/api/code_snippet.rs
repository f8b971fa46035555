//! The request as a code snippet, without the key.

use std::time::Duration;

use leptos::prelude::*;

use super::{request_form::RequestForm, snippet};
use crate::{
    api::Api,
    components::Icon,
    text::t,
    utils::{clipboard, time},
};

/// How long the result of copying is shown.
const RESULT_TIME: Duration = Duration::from_secs(2);

/// Renders the snippet with a choice of languages and a copy button.
#[component]
pub(super) fn CodeSnippet(form: RequestForm) -> impl IntoView {
    let session = expect_context::<Api>().session();
    let language = RwSignal::new("curl");
    let code = Memo::new(move |_| {
        let request = form.request();
        let url = format!("{}{}", session.base, request.path_and_query());
        snippet::snippet(language.get(), request.method().as_str(), &url, &session.header)
    });
    let tabs = snippet::languages()
        .map(|name| {
            view! {
                <button
                    type="button"
                    class="choice"
                    aria-pressed=move || (language.get() == name).to_string()
                    on:click=move |_| language.set(name)
                >
                    {name}
                </button>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-label=t("The request as code")>
            <div class="bar">
                {tabs}
                <span class="spacer"></span>
                <CopyButton text=code />
            </div>
            <pre class="code">{code}</pre>
            <p class="muted">{t("The code reads the key from the environment variable TXJOBS_API_KEY.")}</p>
        </section>
    }
}

/// Renders a button that copies a text and says for a moment whether it succeeded.
#[component]
fn CopyButton(text: Memo<String>) -> impl IntoView {
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
