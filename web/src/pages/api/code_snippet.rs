//! The request as a code snippet, without the key.

use leptos::prelude::*;

use super::{request_form::RequestForm, snippet};
use crate::{api::Api, components::CopyButton, text::t};

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
