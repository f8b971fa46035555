//! The form that unlocks the vault.

use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    attempt::{Attempt, AttemptResult, Attempts, OnSuccess, Target},
    attempt_view::AttemptView,
    fields::{clear_input, show_error, value},
    inputs::SecretField,
};
use crate::{
    components::Icon, profiles::profile::Profile, state::Connection, text::t, utils::effects::effect,
};

/// Renders the form for a profile whose key is in the vault.
#[component]
pub(super) fn UnlockForm(profile: Profile, uses_other_key: RwSignal<bool>) -> impl IntoView {
    let connection = expect_context::<Connection>();
    let attempts = Attempts::new(connection);
    let pending = attempts.pending();
    let passphrase = NodeRef::new();
    let passphrase_error = RwSignal::new(String::new());
    let result = attempts.result();
    effect(move || {
        if result.with(|result| *result == Some(AttemptResult::WrongPassphrase)) {
            show_error(passphrase_error, passphrase, t("Wrong passphrase."));
        }
    });
    let (title, domain, id) = (profile.title(), profile.domain.clone(), profile.id());
    let old_id = id.clone();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let entered = value(passphrase);
        clear_input(passphrase);
        attempts.start(Attempt {
            target: Target::Remembered(profile.clone()),
            old_id: old_id.clone(),
            passphrase: Some(entered),
            on_success: OnSuccess::Connect,
        });
    };
    let forget = move |_| {
        let id = id.clone();
        spawn_local(async move { connection.vault.forget(&id).await });
    };
    view! {
        <form on:submit=submit>
            <p class="muted">
                {t("The key of ")} <strong><bdi>{title}</bdi></strong>
                {t(" is remembered on this device. It is sent only to ")} <bdi>{domain.clone()}</bdi> "."
            </p>
            <SecretField
                id="passphrase"
                label=t("Passphrase of this device")
                node_ref=passphrase
                error=passphrase_error
                autofocus=true
            />
            <AttemptView attempts domain />
            <div class="bar">
                <button type="submit" class="button primary" disabled=move || pending.get()>
                    <Icon name="plug" />
                    {t("Unlock and connect")}
                </button>
                <button type="button" class="button" on:click=move |_| uses_other_key.set(true)>
                    {t("Use another key")}
                </button>
            </div>
            <p>
                <button type="button" class="link plain" on:click=forget>
                    {t("Forget remembered key")}
                </button>
            </p>
        </form>
    }
}
