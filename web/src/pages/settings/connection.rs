use leptos::{prelude::*, task::spawn_local};
use txjobs_sdk::Extensions;

use super::choices::{Choice, Choices};
use crate::{
    api::Api,
    components::Show,
    profiles::key_store::lock_choices,
    state::{Connection, Jobs, Preferences},
    text::t,
};

/// Renders what is known about the session, and what can be done with its key.
#[component]
pub(super) fn ConnectionPanel() -> impl IntoView {
    let (connection, preferences) = (expect_context::<Connection>(), expect_context::<Preferences>());
    let (session, jobs) = (expect_context::<Api>().session(), expect_context::<Jobs>());
    let id = session.profile.id();
    let is_remembered = Signal::derive(move || connection.vault.remembered.with(|ids| ids.contains(&id)));
    let storage = move || match is_remembered.get() {
        true => t("remembered on this device, encrypted"),
        false => t("in memory only"),
    };
    let lock_choices = lock_choices().map(|(minutes, label)| {
        let is_selected = Signal::derive(move || preferences.lock_after_minutes() == minutes);
        let select = move || preferences.set_lock_after_minutes(minutes);
        view! { <Choice group="lock" label is_selected on_select=select /> }
    });
    view! {
        <section class="panel" aria-labelledby="connection">
            <h2 id="connection">{t("Connection")}</h2>
            <dl class="definitions">
                <dt>{t("Server")}</dt>
                <dd>
                    <bdi>{session.profile.title()}</bdi>
                </dd>
                <dt>{t("Domain")}</dt>
                <dd>{session.base.clone()}</dd>
                <dt>{t("API key")}</dt>
                <dd>
                    {move || storage()} {t(", sent as the header ")} <code>{session.header.clone()}</code>
                </dd>
                <dt>{t("Extensions")}</dt>
                <dd>{move || extension_names(jobs.extensions.get())}</dd>
            </dl>
            <KeyButtons id=session.profile.id() is_remembered />
            <Choices legend=t("Lock remembered keys when idle for")>{lock_choices.collect_view()}</Choices>
        </section>
    }
}

/// Renders the buttons that edit the profile and remove or lock its key.
#[component]
fn KeyButtons(id: String, is_remembered: Signal<bool>) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let can_lock = move || is_remembered.get() && connection.vault.is_unlocked.get();
    let id = StoredValue::new(id);
    let forget = move |_| {
        let id = id.get_value();
        spawn_local(async move { connection.vault.forget(&id).await });
    };
    view! {
        <div class="bar">
            <button type="button" class="button" on:click=move |_| connection.close()>
                {t("Edit…")}
            </button>
            <Show when=can_lock>
                <button type="button" class="button" on:click=move |_| connection.lock_vault()>
                    {t("Lock now")}
                </button>
            </Show>
            <Show
                when=move || is_remembered.get()
                fallback=move || {
                    view! {
                        <button type="button" class="button" on:click=move |_| connection.disconnect()>
                            {t("Disconnect and forget key")}
                        </button>
                    }
                }
            >
                <button type="button" class="button" on:click=forget>
                    {t("Forget remembered key")}
                </button>
            </Show>
        </div>
    }
}

/// Returns the names of the extensions that the server announced.
fn extension_names(extensions: Extensions) -> String {
    let all = [
        ("cancel", extensions.cancel),
        ("after", extensions.after),
        ("limit", extensions.limit),
        ("logs", extensions.logs),
    ];
    let names: Vec<_> = all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
    if names.is_empty() { t("none").to_owned() } else { names.join(", ") }
}
