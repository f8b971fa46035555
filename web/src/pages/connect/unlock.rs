//! The form that unlocks the vault.

use web_sys::{Event, HtmlInputElement};

use super::{Outcome, Then, control, input, is_invalid, result, session, try_it, wrong};
use crate::{
    browser,
    components::icon,
    dom::{El, button, el},
    keyring,
    profile::Profile,
    reactive::RwSignal,
    state::App,
};

/// Renders the form for a profile whose key is in the vault.
pub(super) fn unlock(app: App, profile: Profile, another_key: RwSignal<bool>) -> El {
    let id = profile.id();
    let domain = RwSignal::new(profile.domain.clone());
    let (outcome, passphrase_wrong) = (RwSignal::new(Outcome::None), RwSignal::new(String::new()));
    let field = input("passphrase", "password")
        .attr("autofocus", true)
        .attr("aria-describedby", "passphrase-wrong")
        .attr("aria-invalid", is_invalid(passphrase_wrong))
        .on("input", move |_: Event| passphrase_wrong.set(String::new()));
    let typed: HtmlInputElement = field.get();
    let where_to = el("p")
        .class("quiet")
        .child("The key of ")
        .child(el("strong").child(el("bdi").child(profile.title())))
        .child(" is remembered on this device. It is sent only to ")
        .child(el("bdi").child(profile.domain.clone()))
        .child(".");
    let before = id.clone();
    let submit = move |event: Event| {
        event.prevent_default();
        if outcome.with_untracked(|outcome| *outcome == Outcome::Trying) {
            return;
        }
        let passphrase = typed.value();
        typed.set_value("");
        outcome.set(Outcome::Trying);
        let (profile, before) = (profile.clone(), before.clone());
        browser::spawn(async move {
            if !keyring::unlock(app, &passphrase).await {
                outcome.try_set(Outcome::None);
                passphrase_wrong.try_set("Wrong passphrase.".to_owned());
                browser::focus("passphrase");
                return;
            }
            let key = keyring::key_of(&profile.id());
            if let Some(session) = key.and_then(|key| session(app, profile, key)) {
                try_it(app, session, before, outcome, Then::Connect).await;
            }
        });
    };
    let unlock = el("button")
        .attr("type", "submit")
        .class("button primary")
        .attr("disabled", move || outcome.with(|outcome| *outcome == Outcome::Trying))
        .child(icon("plug"))
        .child("Unlock and connect");
    let other = button("button", move || another_key.set(true)).child("Use another key");
    let forget = move || browser::spawn(keyring::forget(app, id.clone()));
    let forget = button("link plain", forget).child("Forget the remembered key");
    el("form")
        .on("submit", submit)
        .child(where_to)
        .child(
            control("passphrase", "Passphrase of this device", field)
                .child(wrong("passphrase-wrong", passphrase_wrong)),
        )
        .child(el("div").attr("role", "status").child(move || result(outcome, domain)))
        .child(el("div").class("bar").child(unlock).child(other))
        .child(el("p").child(forget))
}
