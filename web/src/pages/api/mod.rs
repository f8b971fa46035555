//! The API screen: sends requests of the contract manually, like the vendor's Postman collection.

mod code_snippet;
mod confirm_post;
mod request_fields;
mod request_form;
mod response_view;
mod snippet;

use leptos::{ev, prelude::*};
use leptos_meta::Title;

use self::{
    code_snippet::CodeSnippet,
    confirm_post::ConfirmPost,
    request_fields::{OperationField, ParameterFields},
    request_form::{RequestForm, Step},
    response_view::ResponseView,
};
use crate::{
    components::{ErrorNote, Icon, PauseNote},
    text::t,
};

/// Renders the API screen.
#[component]
pub fn ApiPage() -> impl IntoView {
    let form = RequestForm::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !form.is_locked() {
            form.submit();
        }
    };
    view! {
        <Title text="API · txjobs" />
        <main>
            <div>
                <h1 id="title" tabindex="-1">
                    "API"
                </h1>
                <p class="muted">{t("Send requests of the TimeXtender Jobs API.")}</p>
            </div>
            <div class="two-columns">
                <form class="panel" on:submit=submit>
                    <OperationField form />
                    <ParameterFields form />
                    <div class="bar">
                        <button type="submit" class="button primary" disabled=move || form.is_locked()>
                            <Icon name="play" />
                            {move || if form.is_post() { t("Send…") } else { t("Send") }}
                        </button>
                    </div>
                </form>
                <CodeSnippet form />
            </div>
            <div aria-live="polite">
                {move || match form.step.get() {
                    Step::Editing => ().into_any(),
                    Step::Confirming => view! { <ConfirmPost form /> }.into_any(),
                    Step::Sending => view! {
                        <p class="muted">{t("Sending…")}</p>
                        <PauseNote is_waiting=true />
                    }
                    .into_any(),
                    Step::Received(raw, millis) => view! { <ResponseView raw millis /> }.into_any(),
                    Step::Failed(error) => view! { <ErrorNote error /> }.into_any(),
                }}
            </div>
        </main>
    }
}
