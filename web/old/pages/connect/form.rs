//! The connect form for a server and its key.

use txjobs_sdk::{ApiKey, paths};
use web_sys::Event;

use super::{
    advanced_fields::advanced_fields,
    attempt::{Attempt, OnSuccess, attempt_view, connect},
    fields::Fields,
    inputs::{bind, checkbox, control, field_error, input, is_invalid},
};
use crate::{
    components::icon,
    dom::{El, button, el, show},
    model::{config::Preset, domain},
    profiles::{key_store, profile::Profile, remembered_keys, vault},
    state::App,
    utils::browser,
};

/// Renders the form, filled in with the profile.
pub(super) fn form(app: App, profile: Profile, preset: &Preset) -> El {
    let old_id = profile.id();
    // The demo key belongs to the first preset server.
    let is_first_preset = preset.profiles.first().is_some_and(|first| first.base() == profile.base());
    let profile_id = old_id.clone();
    let is_remembered = app.remembered.with_untracked(|ids| ids.contains(&old_id));
    // These inputs are not bound to signals, so that secrets exist only in the input and only until they are used.
    let (key, passphrase) = (input("key", "password"), input("passphrase", "password"));
    // A change of name or color does not require the key again. A known key is never sent to another domain.
    let known_key = key_store::get(&old_id).map(|key| (profile.domain.clone(), key));
    let key = key.attr("placeholder", known_key.is_some().then_some("unchanged"));
    let fields = Fields::new(profile, is_remembered, &key, &passphrase);
    let start = move |demo_key: Option<ApiKey>, on_success: OnSuccess| {
        let known_key = known_key
            .as_ref()
            .filter(|(domain, _)| fields.can_use_known_key(domain))
            .map(|(_, key)| key.clone());
        let Some(session) = fields.validate(app, demo_key.or(known_key)) else { return };
        let on_success = if on_success == OnSuccess::Connect && fields.remember.get_untracked() {
            OnSuccess::ConnectAndRemember
        } else {
            on_success
        };
        let must_unlock =
            on_success == OnSuccess::ConnectAndRemember && !app.is_vault_unlocked.get_untracked();
        let passphrase = if must_unlock { fields.take_passphrase(app) } else { None };
        if must_unlock && passphrase.is_none() {
            return;
        }
        fields.attempt.set(Attempt::InProgress);
        let old_id = old_id.clone();
        browser::spawn(async move {
            if let Some(passphrase) = passphrase
                && !remembered_keys::unlock(app, &passphrase).await
            {
                fields.attempt.try_set(Attempt::None);
                fields.show_passphrase_error("Wrong passphrase.");
                return;
            }
            connect(app, session, old_id, fields.attempt, on_success).await;
        });
    };
    let (submit, test, open_demo) = (start.clone(), start.clone(), start);
    let submit = move |event: Event| {
        event.prevent_default();
        if !fields.is_in_progress() {
            submit(None, OnSuccess::Connect);
        }
    };
    let is_in_progress = move || fields.is_in_progress();
    let connect_button =
        el("button").attr("type", "submit").class("button primary").attr("disabled", is_in_progress);
    let test = button("button", move || test(None, OnSuccess::ShowResult)).attr("disabled", is_in_progress);
    let form = el("form")
        .on("submit", submit)
        .child(domain_field(fields))
        .child(key_field(fields, key))
        .child(remember_option(app, fields, passphrase))
        .child(advanced_fields(fields))
        .child(el("div").attr("role", "status").child(move || attempt_view(fields.attempt, fields.domain)))
        .child(
            el("div")
                .class("bar")
                .child(connect_button.child(icon("plug")).child("Connect"))
                .child(test.child("Test connection")),
        );
    let key_note = move || match fields.remember.get() {
        false => "The key is sent only to this domain and kept in memory. After a reload you enter it again.",
        true => {
            "The key is sent only to this domain and stored encrypted on this device. After a reload you enter the passphrase."
        }
    };
    let is_saved = app.profiles.with_untracked(|all| all.iter().any(|other| other.id() == profile_id));
    let remove = is_saved.then(|| {
        let remove = move || remembered_keys::remove_profile(app, profile_id.clone());
        el("p").child(button("link plain", remove).child("Remove this profile"))
    });
    let demo = preset
        .demo_key
        .clone()
        .filter(|_| is_first_preset)
        .map(|key| demo(fields, move || open_demo(Some(key.clone()), OnSuccess::Connect)));
    el("div")
        .class("form-stack")
        .child(demo)
        .child(form)
        .child(el("p").class("muted").child(key_note))
        .child(remove)
}

fn demo(fields: Fields, open: impl FnMut() + 'static) -> El {
    let name = fields.name.get_untracked();
    let name = if name.is_empty() { "demo".to_owned() } else { name };
    let text = el("p")
        .child("Try the public demo of this server: ")
        .child(el("strong").child(el("bdi").child(name)))
        .child(". Its key is public.");
    let open = button("button primary", open)
        .attr("disabled", move || fields.is_in_progress())
        .child(icon("play"))
        .child("Open the demo");
    el("section").class("demo").attr("aria-label", "Demo").child(text).child(open)
}

fn domain_field(fields: Fields) -> El {
    let use_local = move || {
        fields.domain.set(paths::LOCAL_GATEWAY_URL.to_owned());
        browser::focus("key");
    };
    let local_hint = move || {
        let is_local = fields.domain.with(|entered| domain::is_this_machine(entered.trim()));
        if browser::is_https() && is_local { domain::LOCAL_NETWORK_HINT } else { "" }
    };
    let first_hint = move || {
        let local = button("link plain", use_local).child("Use a gateway on this machine");
        ("A host or a URL, with its path prefix if it has one. No server yet? ", local)
    };
    let is_empty = move || fields.domain.with(|domain| domain.trim().is_empty());
    let field = input("domain", "text")
        .attr("inputmode", "url")
        .attr("placeholder", "api.example.com")
        .attr("aria-describedby", "domain-error domain-hint")
        .attr("aria-invalid", is_invalid(fields.domain_error));
    let hint = el("span")
        .attr("id", "domain-hint")
        .class("hint")
        .child(local_hint)
        .child(show(is_empty, first_hint));
    control("domain", "Domain", bind(field, fields.domain, Some(fields.domain_error)))
        .child(field_error("domain-error", fields.domain_error))
        .child(hint)
}

fn key_field(fields: Fields, key: El) -> El {
    let key = key
        .attr("aria-describedby", "key-error")
        .attr("aria-invalid", is_invalid(fields.key_error))
        .on("input", move |_: Event| fields.key_error.set(String::new()));
    control("key", "API key", key).child(field_error("key-error", fields.key_error))
}

/// Renders the option to remember the key, if the browser supports the vault.
fn remember_option(app: App, fields: Fields, passphrase: El) -> Option<El> {
    if !vault::is_supported() {
        return None;
    }
    let is_new = app.remembered.with_untracked(Vec::is_empty);
    let (label, hint) = match is_new {
        true => (
            "New passphrase",
            "It encrypts the key on this device and cannot be recovered. If you forget it, enter the key again.",
        ),
        false => ("Passphrase of this device", "The passphrase of the other keys on this device."),
    };
    let field = passphrase
        .attr("aria-describedby", "passphrase-error passphrase-hint")
        .attr("aria-invalid", is_invalid(fields.passphrase_error))
        .on("input", move |_: Event| fields.passphrase_error.set(String::new()));
    let field = control("passphrase", label, field)
        .attr("hidden", move || !fields.remember.get() || app.is_vault_unlocked.get())
        .child(field_error("passphrase-error", fields.passphrase_error))
        .child(el("span").attr("id", "passphrase-hint").class("hint").child(hint));
    let checkbox = checkbox("remember", "Remember on this device", fields.remember);
    Some(el("div").class("field-group").child(checkbox).child(field))
}
