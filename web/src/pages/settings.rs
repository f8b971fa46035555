//! The settings screen: connection and appearance.

use web_sys::Event;

use crate::{
    browser,
    closure::{Deed, Give},
    dom::{El, button, el, show},
    keyring,
    reactive::{Memo, RwSignal},
    state::{App, Session, Theme, app},
    tell,
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
    let of = id.clone();
    let is_kept = Memo::new(move || app.remembered.with(|kept| kept.contains(&of)));
    let place = move || if is_kept.get() { "remembered on this device, encrypted" } else { "in memory only" };
    let key =
        el("dd").child(place).child(", sent as the header ").child(el("code").child(session.header.clone()));
    let facts = el("dl")
        .class("facts")
        .child((term("Server"), el("dd").child(el("bdi").child(session.profile.title()))))
        .child((term("Domain"), el("dd").child(session.base.clone())))
        .child((term("API key"), key))
        .child((term("Extensions"), el("dd").child(extensions)));
    let lock = move || button("button", move || keyring::lock(app)).child("Lock now");
    let forget = move || {
        let id = id.clone();
        button("button", move || browser::spawn(keyring::forget(app, id.clone())))
            .child("Forget remembered key")
    };
    let disconnect = button("button", move || app.disconnect()).child("Disconnect and forget key");
    let change = button("button", move || app.leave()).child("Edit…");
    let bar = el("div")
        .class("bar")
        .child(change)
        .child(show(move || is_kept.get() && app.is_open.get(), lock))
        .child(show(move || is_kept.get(), forget))
        .child(show(move || !is_kept.get(), move || disconnect.clone()));
    let minutes = keyring::MINUTES.map(|(minutes, label)| {
        choice("lock", label, move || app.lock_after.get() == minutes, move || app.lock_after.set(minutes))
    });
    panel("connection", "Connection")
        .child(facts)
        .child(bar)
        .child(choices("Lock remembered keys when idle for", minutes))
}

fn appearance(app: App) -> El {
    let themes = Theme::ALL.map(|theme| {
        choice("theme", theme.name(), move || app.theme.get() == theme, move || app.theme.set(theme))
    });
    let zones = [("local time", false), ("UTC", true)]
        .map(|(label, utc)| choice("zone", label, move || app.utc.get() == utc, move || app.utc.set(utc)));
    let (is_on, is_refused) = (RwSignal::new(tell::is_on()), RwSignal::new(false));
    let turn = move |on: bool| {
        browser::spawn(async move {
            let now = tell::turn(on).await.is_truthy();
            is_on.try_set(now);
            is_refused.try_set(on && !now);
        });
    };
    let ends = [("off", false), ("on", true)]
        .map(|(label, on)| choice("tell", label, move || is_on.get() == on, move || turn(on)));
    let refused = move || {
        is_refused.get().then_some("The browser blocks notifications. Allow them in its settings for this page.")
    };
    panel("looks", "Appearance")
        .child(choices("Theme", themes))
        .child(choices("Times", zones))
        .child(choices("Notifications when a run started here ends", ends))
        .child(el("span").attr("role", "status").class("quiet").child(move || refused().unwrap_or_default()))
}

fn panel(id: &'static str, title: &'static str) -> El {
    let title = el("h2").attr("id", id).child(title);
    el("section").class("panel").attr("aria-labeledby", id).child(title)
}

fn choices<const N: usize>(legend: &'static str, choices: [El; N]) -> El {
    el("fieldset").child(el("legend").child(legend)).child(el("div").class("choices").child(choices))
}

fn choice(
    group: &'static str,
    label: &'static str,
    chosen: impl Fn() -> bool + 'static,
    choose: impl FnMut() + 'static,
) -> El {
    choice_boxed(group, label, Box::new(chosen), Box::new(choose))
}

/// Not generic, so that it is compiled once.
fn choice_boxed(
    group: &'static str,
    label: &'static str,
    chosen: Box<dyn Give<bool>>,
    mut choose: Box<dyn Deed>,
) -> El {
    let radio = el("input").attr("type", "radio").attr("name", group).checked(move || chosen.give());
    el("label").child(radio.on("change", move |_: Event| choose.again())).child(label)
}
