//! The form that unlocks the vault.

use web_sys::{Event, HtmlInputElement};

use super::{
    attempt::{Attempt, OnSuccess, attempt_view, connect, create_session},
    inputs::{control, field_error, input, is_invalid},
};
use crate::{
    components::icon,
    dom::{El, button, el},
    profiles::{key_store, profile::Profile, remembered_keys},
    reactive::RwSignal,
    state::App,
    utils::browser,
};

/// Renders the form for a profile whose key is in the vault.
pub(super) fn unlock_form(app: App, profile: Profile, uses_other_key: RwSignal<bool>) -> El {
    let id = profile.id();
    let domain = RwSignal::new(profile.domain.clone());
    let (attempt, passphrase_error) = (RwSignal::new(Attempt::None), RwSignal::new(String::new()));
    let field = input("passphrase", "password")
        .attr("autofocus", true)
        .attr("aria-describedby", "passphrase-error")
        .attr("aria-invalid", is_invalid(passphrase_error))
        .on("input", move |_: Event| passphrase_error.set(String::new()));
    let passphrase_input: HtmlInputElement = field.get();
    let explanation = el("p")
        .class("muted")
        .child("The key of ")
        .child(el("strong").child(el("bdi").child(profile.title())))
        .child(" is remembered on this device. It is sent only to ")
        .child(el("bdi").child(profile.domain.clone()))
        .child(".");
    let old_id = id.clone();
    let submit = move |event: Event| {
        event.prevent_default();
        if attempt.with_untracked(|attempt| *attempt == Attempt::InProgress) {
            return;
        }
        let passphrase = passphrase_input.value();
        passphrase_input.set_value("");
        attempt.set(Attempt::InProgress);
        let (profile, old_id) = (profile.clone(), old_id.clone());
        browser::spawn(async move {
            if !remembered_keys::unlock(app, &passphrase).await {
                attempt.try_set(Attempt::None);
                passphrase_error.try_set("Wrong passphrase.".to_owned());
                browser::focus("passphrase");
                return;
            }
            let key = key_store::get(&profile.id());
            if let Some(session) = key.and_then(|key| create_session(app, profile, key)) {
                connect(app, session, old_id, attempt, OnSuccess::Connect).await;
            }
        });
    };
    let unlock = el("button")
        .attr("type", "submit")
        .class("button primary")
        .attr("disabled", move || attempt.with(|attempt| *attempt == Attempt::InProgress))
        .child(icon("plug"))
        .child("Unlock and connect");
    let use_other_key = button("button", move || uses_other_key.set(true)).child("Use another key");
    let forget = move || browser::spawn(remembered_keys::forget(app, id.clone()));
    let forget = button("link plain", forget).child("Forget remembered key");
    el("form")
        .on("submit", submit)
        .child(explanation)
        .child(
            control("passphrase", "Passphrase of this device", field)
                .child(field_error("passphrase-error", passphrase_error)),
        )
        .child(el("div").attr("role", "status").child(move || attempt_view(attempt, domain)))
        .child(el("div").class("bar").child(unlock).child(use_other_key))
        .child(el("p").child(forget))
}
