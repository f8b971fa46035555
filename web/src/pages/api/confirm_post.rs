use leptos::prelude::*;

use super::request_form::{RequestForm, Step};
use crate::{
    components::{Icon, dialogs::ProductionWarning},
    text::t,
};

/// Renders the confirmation before a manual POST, which changes data on the server.
#[component]
pub(super) fn ConfirmPost(form: RequestForm) -> impl IntoView {
    let request_line = untrack(move || format!("POST {}", form.request().path_and_query()));
    view! {
        <section class="panel" aria-label=t("Confirmation")>
            <h2>{t("Send this request? It changes data on the server.")}</h2>
            <ProductionWarning />
            <pre class="code">{request_line}</pre>
            <div class="bar">
                <button type="button" class="button primary" on:click=move |_| form.send()>
                    <Icon name="play" />
                    {t("Send request")}
                </button>
                <button
                    type="button"
                    class="button"
                    autofocus=true
                    on:click=move |_| form.step.set(Step::Editing)
                >
                    {t("Cancel")}
                </button>
            </div>
        </section>
    }
}
