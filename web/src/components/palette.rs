//! The command palette: finds jobs, screens, profiles and commands by a few letters.

use web_sys::{Element, Event, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

use super::icon;
use crate::{
    browser,
    dom::{El, el, on_window},
    format,
    profile::Profile,
    reactive::RwSignal,
    route::Route,
    state::{App, Theme, app},
};

/// Maximum number of entries in the list.
const MOST: usize = 12;

/// The command of an entry.
#[derive(Clone, Debug)]
enum Deed {
    Go(String),
    Switch(Profile),
    Theme(Theme),
    Zone(bool),
    Refresh,
    Keys,
}

/// Name, kind and command.
type Entry = (String, &'static str, Deed);

/// Returns the entries for a text. Jobs come first, because users search for them most.
fn entries(app: App, typed: &str) -> Vec<Entry> {
    let needle = format::lower(typed.trim());
    let mut found: Vec<Entry> = Vec::new();
    if !needle.is_empty() {
        app.jobs.list.with_untracked(|list| {
            let Some(list) = list else { return };
            for at in list.named(typed, MOST - 4) {
                let job = &list.jobs()[at];
                found.push((job.name.clone(), "job", Deed::Go(Route::Job(job.id).to_string())));
            }
        });
    }
    let screens = [("Jobs", "#/"), ("API requests", "#/api"), ("Settings", "#/settings")];
    let mut rest: Vec<Entry> =
        Vec::from(screens.map(|(name, link)| (name.to_owned(), "screen", Deed::Go(link.to_owned()))));
    for profile in app.profiles.get_untracked() {
        rest.push((profile.title(), "profile", Deed::Switch(profile)));
    }
    rest.push(("Refresh".to_owned(), "command", Deed::Refresh));
    rest.push(("Keyboard shortcuts".to_owned(), "command", Deed::Keys));
    for theme in Theme::ALL {
        rest.push((format!("Theme: {}", theme.name()), "appearance", Deed::Theme(theme)));
    }
    for (words, utc) in [("Times: local", false), ("Times: UTC", true)] {
        rest.push((words.to_owned(), "appearance", Deed::Zone(utc)));
    }
    rest.retain(|(name, ..)| format::lower(name).contains(&needle));
    found.append(&mut rest);
    found.truncate(MOST);
    found
}

fn carry_out(app: App, deed: Deed) {
    match deed {
        Deed::Go(link) => browser::go(&link),
        Deed::Switch(profile) => app.switch(profile),
        Deed::Theme(theme) => app.theme.set(theme),
        Deed::Zone(utc) => app.utc.set(utc),
        Deed::Refresh => app.refresh(),
        Deed::Keys => open("keys"),
    }
}

/// Opens a dialog of this page.
pub fn open(id: &str) {
    if let Some(dialog) = browser::element::<HtmlDialogElement>(id).filter(|dialog| !dialog.open()) {
        let _ = dialog.show_modal();
    }
}

/// Renders the dialog, which Ctrl+K opens. The dialog of keyboard shortcuts, which `?` opens, is static and part of
/// `index.html`.
pub fn palette() -> El {
    let app = app();
    let (found, at) = (RwSignal::new(Vec::<Entry>::new()), RwSignal::new(0usize));
    let field = el("input")
        .attr("type", "text")
        .class("field")
        .attr("role", "combobox")
        .attr("aria-label", "Search or jump")
        .attr("aria-expanded", "true")
        .attr("aria-controls", "found")
        .attr("aria-activedescendant", move || format!("found-{}", at.get()))
        .attr("placeholder", "A job, a screen, a profile…")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false");
    let input: HtmlInputElement = field.get();
    let whole = el("dialog").attr("id", "palette").class("palette").attr("aria-label", "Search or jump");
    let dialog: HtmlDialogElement = whole.get();
    let choose = {
        let dialog = dialog.clone();
        move |at: usize| {
            dialog.close();
            if let Some((.., deed)) = found.with_untracked(|found| found.get(at).cloned()) {
                carry_out(app, deed);
            }
        }
    };
    // The dialog opens with an empty field.
    let cleared = input.clone();
    let clear = move |_: Event| {
        cleared.set_value("");
    };
    on_window("keydown", move |event: KeyboardEvent| {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            if !browser::has_dialog() {
                open("palette");
            }
        } else if key == "?" && !browser::is_typing(&event) {
            open("keys");
        }
    });
    let by_key = choose.clone();
    let go = move |to: usize| {
        at.set(to);
        if let Some(option) = browser::element::<Element>(&format!("found-{to}")) {
            option.scroll_into_view_with_bool(false);
        }
    };
    // Also on focus, because jobs and profiles may have changed since the dialog was open.
    let find = move |_: Event| {
        found.set(entries(app, &input.value()));
        at.set(0);
    };
    let field =
        field.on("focus", find.clone()).on("input", find).on("keydown", move |event: KeyboardEvent| {
            let last = found.with_untracked(Vec::len).saturating_sub(1);
            let now = at.get_untracked();
            match event.key().as_str() {
                "ArrowDown" => go(if now >= last { 0 } else { now + 1 }),
                "ArrowUp" => go(if now == 0 { last } else { now - 1 }),
                "Enter" => by_key(now),
                _ => return,
            }
            event.prevent_default();
        });
    let options = move || {
        let option = |(here, (name, kind, _)): (usize, Entry)| {
            let choose = choose.clone();
            el("div")
                .attr("role", "option")
                .attr("id", format!("found-{here}"))
                .attr("aria-selected", move || (at.get() == here).to_string())
                .press(move || choose(here))
                .child(el("bdi").child(name))
                .child(el("span").class("quiet").child(kind))
        };
        found.get().into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let nothing =
        move || found.with(Vec::is_empty).then(|| el("p").class("quiet").child("No matches."));
    whole
        .on("close", clear)
        .child(el("span").class("find").child(icon("find")).child(field))
        .child(
            el("div").attr("id", "found").attr("role", "listbox").attr("aria-label", "Found").child(options),
        )
        .child(el("div").attr("role", "status").child(nothing))
}
