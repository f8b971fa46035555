//! The connect form for a server and its key.

use leptos::{ev, prelude::*};
use txjobs_sdk::ApiKey;

use super::{
    advanced_fields::AdvancedFields,
    attempt::{Attempt, AttemptResult, Attempts, OnSuccess, Target},
    attempt_view::AttemptView,
    demo::Demo,
    domain_field::DomainField,
    fields::{Fields, show_error},
    inputs::SecretField,
    remember_option::RememberOption,
};
use crate::{
    components::Icon,
    profiles::{key_store, profile::Profile, vault},
    state::Connection,
    text::t,
    utils::effects::effect,
};

/// Renders the form, filled in with the profile.
#[component]
pub(super) fn ConnectForm(profile: Profile) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let id = profile.id();
    let is_remembered = connection.vault.remembered.with_untracked(|ids| ids.contains(&id));
    let key_placeholder = if key_store::get(&id).is_some() { t("unchanged") } else { "" };
    let fields = Fields::new(profile, is_remembered);
    let attempts = Attempts::new(connection);
    let pending = attempts.pending();
    let start = move |demo_key, on_success| start_attempt(connection, fields, attempts, demo_key, on_success);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            start(None, OnSuccess::Connect);
        }
    };
    let result = attempts.result();
    effect(move || {
        if result.with(|result| *result == Some(AttemptResult::WrongPassphrase)) {
            show_error(fields.passphrase_error, fields.passphrase, t("Wrong passphrase."));
        }
    });
    let key_note = move || match fields.remember.get() {
        false => {
            t("The key is sent only to this domain and kept in memory. After a reload you enter it again.")
        }
        true => {
            t("The key is sent only to this domain and stored encrypted on this device. After a reload you \
               enter the passphrase.")
        }
    };
    view! {
        <div class="form-stack">
            <Demo fields pending on_open=move |key| start(Some(key), OnSuccess::Connect) />
            <form on:submit=submit>
                <DomainField fields />
                <SecretField
                    id="key"
                    label=t("API key")
                    node_ref=fields.key
                    error=fields.key_error
                    placeholder=key_placeholder
                />
                {vault::is_supported().then(|| view! { <RememberOption fields /> })}
                <AdvancedFields fields />
                <AttemptView attempts domain=fields.domain />
                <div class="bar">
                    <button type="submit" class="button primary" disabled=move || pending.get()>
                        <Icon name="plug" />
                        {t("Connect")}
                    </button>
                    <button
                        type="button"
                        class="button"
                        disabled=move || pending.get()
                        on:click=move |_| start(None, OnSuccess::ShowResult)
                    >
                        {t("Test connection")}
                    </button>
                </div>
            </form>
            <p class="muted">{move || key_note()}</p>
            <RemoveProfile id />
        </div>
    }
}

/// Validates the fields and starts an attempt.
fn start_attempt(
    connection: Connection,
    fields: Fields,
    attempts: Attempts,
    demo_key: Option<ApiKey>,
    on_success: OnSuccess,
) {
    let Some(session) = fields.validate(demo_key) else { return };
    let remembers = on_success == OnSuccess::Connect && fields.remember.get_untracked();
    let on_success = if remembers { OnSuccess::ConnectAndRemember } else { on_success };
    let mut passphrase = None;
    if remembers && !connection.vault.is_unlocked.get_untracked() {
        passphrase = fields.take_passphrase(connection.vault);
        if passphrase.is_none() {
            return;
        }
    }
    let old_id = fields.original.with_value(Profile::id);
    attempts.start(Attempt { target: Target::Session(session), old_id, passphrase, on_success });
}

/// Renders the button that removes a saved profile.
#[component]
fn RemoveProfile(id: String) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let is_saved = connection.profiles.with_untracked(|all| all.iter().any(|other| other.id() == id));
    is_saved.then(|| {
        view! {
            <p>
                <button
                    type="button"
                    class="link plain"
                    on:click=move |_| connection.remove_profile(id.clone())
                >
                    {t("Remove this profile")}
                </button>
            </p>
        }
    })
}
