//! The settings screen: connection and appearance.

use web_sys::Event;

use crate::{
    closure::{Callback, Compute},
    dom::{El, button, el, show},
    profiles::{key_store, remembered_keys, session::Session},
    reactive::{Memo, RwSignal},
    state::{App, Theme, app},
    tasks::notifications,
    utils::browser,
};

/// Renders the settings screen.
pub fn settings_page(session: &Session) -> El {
    browser::set_title("Settings · txjobs");
    let app = app();
    let page = el("div")
        .class("settings")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Settings"))
        .child(connection(app, session))
        .child(appearance(app));
    el("main").child(page)
}

fn connection(app: App, session: &Session) -> El {
    let extensions = move || {
        let has = app.extensions.get();
        let names = [("cancel", has.cancel), ("after", has.after), ("limit", has.limit), ("logs", has.logs)];
        let names: Vec<_> = names.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let term = |name| el("dt").child(name);
    let id = session.profile.id();
    let profile_id = id.clone();
    let is_remembered = Memo::new(move || app.remembered.with(|ids| ids.contains(&profile_id)));
    let storage =
        move || if is_remembered.get() { "remembered on this device, encrypted" } else { "in memory only" };
    let key = el("dd")
        .child(storage)
        .child(", sent as the header ")
        .child(el("code").child(session.header.clone()));
    let facts = el("dl")
        .class("definitions")
        .child((term("Server"), el("dd").child(el("bdi").child(session.profile.title()))))
        .child((term("Domain"), el("dd").child(session.base.clone())))
        .child((term("API key"), key))
        .child((term("Extensions"), el("dd").child(extensions)));
    let lock = move || button("button", move || remembered_keys::lock(app)).child("Lock now");
    let forget = move || {
        let id = id.clone();
        button("button", move || browser::spawn(remembered_keys::forget(app, id.clone())))
            .child("Forget remembered key")
    };
    let disconnect = button("button", move || app.disconnect()).child("Disconnect and forget key");
    let edit = button("button", move || app.close()).child("Edit…");
    let bar = el("div")
        .class("bar")
        .child(edit)
        .child(show(move || is_remembered.get() && app.is_vault_unlocked.get(), lock))
        .child(show(move || is_remembered.get(), forget))
        .child(show(move || !is_remembered.get(), move || disconnect.clone()));
    let lock_choices = key_store::LOCK_CHOICES.map(|(minutes, label)| {
        choice(
            "lock",
            label,
            move || app.lock_after_minutes.get() == minutes,
            move || app.lock_after_minutes.set(minutes),
        )
    });
    panel("connection", "Connection")
        .child(facts)
        .child(bar)
        .child(choices("Lock remembered keys when idle for", lock_choices))
}

fn appearance(app: App) -> El {
    let themes = Theme::ALL.map(|theme| {
        choice("theme", theme.name(), move || app.theme.get() == theme, move || app.theme.set(theme))
    });
    let zones = [("local time", false), ("UTC", true)]
        .map(|(label, utc)| choice("zone", label, move || app.utc.get() == utc, move || app.utc.set(utc)));
    let (is_enabled, is_blocked) = (RwSignal::new(notifications::is_enabled()), RwSignal::new(false));
    let set_enabled = move |enabled: bool| {
        browser::spawn(async move {
            let is_now_enabled = notifications::set_enabled(enabled).await.is_truthy();
            is_enabled.try_set(is_now_enabled);
            is_blocked.try_set(enabled && !is_now_enabled);
        });
    };
    let notification_choices = [("off", false), ("on", true)].map(|(label, enabled)| {
        choice("notifications", label, move || is_enabled.get() == enabled, move || set_enabled(enabled))
    });
    let blocked_text = move || {
        is_blocked
            .get()
            .then_some("The browser blocks notifications. Allow them in its settings for this page.")
    };
    panel("appearance", "Appearance")
        .child(choices("Theme", themes))
        .child(choices("Times", zones))
        .child(choices("Notifications when a run started here ends", notification_choices))
        .child(
            el("span")
                .attr("role", "status")
                .class("muted")
                .child(move || blocked_text().unwrap_or_default()),
        )
}

fn panel(id: &'static str, title: &'static str) -> El {
    let title = el("h2").attr("id", id).child(title);
    el("section").class("panel").attr("aria-labelledby", id).child(title)
}

fn choices<const N: usize>(legend: &'static str, choices: [El; N]) -> El {
    el("fieldset").child(el("legend").child(legend)).child(el("div").class("choices").child(choices))
}

fn choice(
    group: &'static str,
    label: &'static str,
    is_selected: impl Fn() -> bool + 'static,
    select: impl FnMut() + 'static,
) -> El {
    choice_boxed(group, label, Box::new(is_selected), Box::new(select))
}

/// Not generic, so that it is compiled once.
fn choice_boxed(
    group: &'static str,
    label: &'static str,
    is_selected: Box<dyn Compute<bool>>,
    mut select: Box<dyn Callback>,
) -> El {
    let radio = el("input").attr("type", "radio").attr("name", group).checked(move || is_selected.compute());
    el("label").child(radio.on("change", move |_: Event| select.call())).child(label)
}
