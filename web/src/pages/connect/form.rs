//! The connect form for a server and its key.

use txjobs_sdk::{ApiKey, paths};
use web_sys::Event;

use super::{
    Outcome, Then, control,
    fields::{Fields, bound},
    input, is_invalid,
    more::{more, tick},
    result, try_it, wrong,
};
use crate::{
    browser,
    components::icon,
    config::Preset,
    dom::{El, button, el, show},
    domain, keyring,
    profile::Profile,
    state::App,
    vault,
};

/// Renders the form, filled in with the profile.
pub(super) fn form(app: App, profile: Profile, preset: &Preset) -> El {
    let before = profile.id();
    // The demo key belongs to the first preset server.
    let is_home = preset.profiles.first().is_some_and(|first| first.base() == profile.base());
    let remove = before.clone();
    let is_kept = app.remembered.with_untracked(|kept| kept.contains(&before));
    // These inputs are not bound to signals, so that secrets exist only in the input and only until they are used.
    let (key, passphrase) = (input("key", "password"), input("passphrase", "password"));
    // A change of name or color does not require the key again. A known key is never sent to another domain.
    let held = keyring::key_of(&before).map(|key| (profile.domain.clone(), key));
    let key = key.attr("placeholder", held.is_some().then_some("unchanged"));
    let fields = Fields::new(profile, is_kept, &key, &passphrase);
    let go = move |demo: Option<ApiKey>, then: Then| {
        let held = held.as_ref().filter(|(domain, _)| fields.keeps_key(domain)).map(|(_, key)| key.clone());
        let Some(session) = fields.read(app, demo.or(held)) else { return };
        let then =
            if then == Then::Connect && fields.remember.get_untracked() { Then::Remember } else { then };
        let unlock = then == Then::Remember && !app.is_open.get_untracked();
        let passphrase = if unlock { fields.take_passphrase(app) } else { None };
        if unlock && passphrase.is_none() {
            return;
        }
        fields.outcome.set(Outcome::Trying);
        let before = before.clone();
        browser::spawn(async move {
            if let Some(passphrase) = passphrase
                && !keyring::unlock(app, &passphrase).await
            {
                fields.outcome.try_set(Outcome::None);
                fields.refuse_passphrase("Wrong passphrase.");
                return;
            }
            try_it(app, session, before, fields.outcome, then).await;
        });
    };
    let (submit, test, open_demo) = (go.clone(), go.clone(), go);
    let submit = move |event: Event| {
        event.prevent_default();
        if !fields.is_trying() {
            submit(None, Then::Connect);
        }
    };
    let is_trying = move || fields.is_trying();
    let connect = el("button").attr("type", "submit").class("button primary").attr("disabled", is_trying);
    let test = button("button", move || test(None, Then::Tell)).attr("disabled", is_trying);
    let form = el("form")
        .on("submit", submit)
        .child(domain_field(fields))
        .child(key_field(fields, key))
        .child(remember(app, fields, passphrase))
        .child(more(fields))
        .child(el("div").attr("role", "status").child(move || result(fields.outcome, fields.domain)))
        .child(
            el("div")
                .class("bar")
                .child(connect.child(icon("plug")).child("Connect"))
                .child(test.child("Test connection")),
        );
    let promise = move || match fields.remember.get() {
        false => "The key is sent only to this domain and kept in memory. After a reload you enter it again.",
        true => {
            "The key is sent only to this domain and stored encrypted on this device. After a reload you enter the passphrase."
        }
    };
    let known = app.profiles.with_untracked(|all| all.iter().any(|other| other.id() == remove));
    let remove = known.then(|| {
        let remove = move || keyring::forget_profile(app, remove.clone());
        el("p").child(button("link plain", remove).child("Remove this profile"))
    });
    let demo = preset
        .demo_key
        .clone()
        .filter(|_| is_home)
        .map(|key| demo(fields, move || open_demo(Some(key.clone()), Then::Connect)));
    el("div")
        .class("forms")
        .child(demo)
        .child(form)
        .child(el("p").class("quiet").child(promise))
        .child(remove)
}

fn demo(fields: Fields, open: impl FnMut() + 'static) -> El {
    let name = fields.name.get_untracked();
    let name = if name.is_empty() { "demo".to_owned() } else { name };
    let words = el("p")
        .child("Try the public demo of this server: ")
        .child(el("strong").child(el("bdi").child(name)))
        .child(". Its key is public.");
    let open = button("button primary", open)
        .attr("disabled", move || fields.is_trying())
        .child(icon("play"))
        .child("Open the demo");
    el("section").class("demo").attr("aria-label", "Demo").child(words).child(open)
}

fn domain_field(fields: Fields) -> El {
    let local = move || {
        fields.domain.set(paths::LOCAL_GATEWAY_URL.to_owned());
        browser::focus("key");
    };
    let local_hint = move || {
        let is_local = fields.domain.with(|typed| domain::is_this_machine(typed.trim()));
        if browser::is_https() && is_local { domain::LOCAL_NETWORK } else { "" }
    };
    let first_hint = move || {
        let local = button("link plain", local).child("Use a gateway on this machine");
        ("A host or a URL, with its path prefix if it has one. No server yet? ", local)
    };
    let is_empty = move || fields.domain.with(|domain| domain.trim().is_empty());
    let field = input("domain", "text")
        .attr("inputmode", "url")
        .attr("placeholder", "api.example.com")
        .attr("aria-describedby", "domain-wrong domain-hint")
        .attr("aria-invalid", is_invalid(fields.domain_wrong));
    let hint = el("span")
        .attr("id", "domain-hint")
        .class("hint")
        .child(local_hint)
        .child(show(is_empty, first_hint));
    control("domain", "Domain", bound(field, fields.domain, Some(fields.domain_wrong)))
        .child(wrong("domain-wrong", fields.domain_wrong))
        .child(hint)
}

fn key_field(fields: Fields, key: El) -> El {
    let key = key
        .attr("aria-describedby", "key-wrong")
        .attr("aria-invalid", is_invalid(fields.key_wrong))
        .on("input", move |_: Event| fields.key_wrong.set(String::new()));
    control("key", "API key", key).child(wrong("key-wrong", fields.key_wrong))
}

/// Renders the option to remember the key, if the browser supports the vault.
fn remember(app: App, fields: Fields, passphrase: El) -> Option<El> {
    if !vault::can() {
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
        .attr("aria-describedby", "passphrase-wrong passphrase-hint")
        .attr("aria-invalid", is_invalid(fields.passphrase_wrong))
        .on("input", move |_: Event| fields.passphrase_wrong.set(String::new()));
    let field = control("passphrase", label, field)
        .attr("hidden", move || !fields.remember.get() || app.is_open.get())
        .child(wrong("passphrase-wrong", fields.passphrase_wrong))
        .child(el("span").attr("id", "passphrase-hint").class("hint").child(hint));
    let tick = tick("remember", "Remember on this device", fields.remember);
    Some(el("div").class("more-fields").child(tick).child(field))
}
