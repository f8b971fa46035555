//! The command palette: finds jobs, screens, profiles and commands by a few letters.

use web_sys::{Element, Event, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

use super::{dialogs::open_dialog, icon::icon};
use crate::{
    dom::{El, el, on_window},
    model::{format, route::Route},
    profiles::profile::Profile,
    reactive::RwSignal,
    state::{App, Theme, app},
    utils::browser,
};

/// Maximum number of entries in the list.
const MAX_ENTRIES: usize = 12;

/// The command of an entry.
#[derive(Clone, Debug)]
enum Command {
    Navigate(String),
    SwitchProfile(Profile),
    SetTheme(Theme),
    SetUtc(bool),
    Refresh,
    ShowShortcuts,
}

/// Name, kind and command.
type Entry = (String, &'static str, Command);

/// Returns the entries for a text. Jobs come first, because users search for them most.
fn find_entries(app: App, typed: &str) -> Vec<Entry> {
    let needle = format::lowercase(typed.trim());
    let mut matches: Vec<Entry> = Vec::new();
    if !needle.is_empty() {
        app.jobs.list.with_untracked(|list| {
            let Some(list) = list else { return };
            for at in list.find_by_name(typed, MAX_ENTRIES - 4) {
                let job = &list.jobs()[at];
                matches.push((job.name.clone(), "job", Command::Navigate(Route::Job(job.id).to_string())));
            }
        });
    }
    let screens = [("Jobs", "#/"), ("API requests", "#/api"), ("Settings", "#/settings")];
    let mut rest: Vec<Entry> = Vec::from(
        screens.map(|(name, link)| (name.to_owned(), "screen", Command::Navigate(link.to_owned()))),
    );
    for profile in app.profiles.get_untracked() {
        rest.push((profile.title(), "profile", Command::SwitchProfile(profile)));
    }
    rest.push(("Refresh".to_owned(), "command", Command::Refresh));
    rest.push(("Keyboard shortcuts".to_owned(), "command", Command::ShowShortcuts));
    for theme in Theme::ALL {
        rest.push((format!("Theme: {}", theme.name()), "appearance", Command::SetTheme(theme)));
    }
    for (label, utc) in [("Times: local", false), ("Times: UTC", true)] {
        rest.push((label.to_owned(), "appearance", Command::SetUtc(utc)));
    }
    rest.retain(|(name, ..)| format::lowercase(name).contains(&needle));
    matches.append(&mut rest);
    matches.truncate(MAX_ENTRIES);
    matches
}

fn run(app: App, command: Command) {
    match command {
        Command::Navigate(link) => browser::navigate(&link),
        Command::SwitchProfile(profile) => app.switch(profile),
        Command::SetTheme(theme) => app.theme.set(theme),
        Command::SetUtc(utc) => app.utc.set(utc),
        Command::Refresh => app.refresh(),
        Command::ShowShortcuts => open_dialog("shortcuts"),
    }
}

/// Renders the dialog, which Ctrl+K opens. The dialog of keyboard shortcuts, which `?` opens, is static and part of
/// `index.html`.
pub fn command_palette() -> El {
    let app = app();
    let (entries, selected) = (RwSignal::new(Vec::<Entry>::new()), RwSignal::new(0usize));
    let field = el("input")
        .attr("type", "text")
        .class("field")
        .attr("role", "combobox")
        .attr("aria-label", "Search or jump")
        .attr("aria-expanded", "true")
        .attr("aria-controls", "palette-options")
        .attr("aria-activedescendant", move || format!("palette-option-{}", selected.get()))
        .attr("placeholder", "A job, a screen, a profile…")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false");
    let input: HtmlInputElement = field.get();
    let element = el("dialog").attr("id", "palette").class("palette").attr("aria-label", "Search or jump");
    let dialog: HtmlDialogElement = element.get();
    let choose = {
        let dialog = dialog.clone();
        move |index: usize| {
            dialog.close();
            if let Some((.., command)) = entries.with_untracked(|entries| entries.get(index).cloned()) {
                run(app, command);
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
                open_dialog("palette");
            }
        } else if key == "?" && !browser::is_typing(&event) {
            open_dialog("shortcuts");
        }
    });
    let choose_by_key = choose.clone();
    let select = move |index: usize| {
        selected.set(index);
        if let Some(option) = browser::element::<Element>(&format!("palette-option-{index}")) {
            option.scroll_into_view_with_bool(false);
        }
    };
    // Also on focus, because jobs and profiles may have changed since the dialog was open.
    let update_entries = move |_: Event| {
        entries.set(find_entries(app, &input.value()));
        selected.set(0);
    };
    let field = field.on("focus", update_entries.clone()).on("input", update_entries).on(
        "keydown",
        move |event: KeyboardEvent| {
            let last = entries.with_untracked(Vec::len).saturating_sub(1);
            let current = selected.get_untracked();
            match event.key().as_str() {
                "ArrowDown" => select(if current >= last { 0 } else { current + 1 }),
                "ArrowUp" => select(if current == 0 { last } else { current - 1 }),
                "Enter" => choose_by_key(current),
                _ => return,
            }
            event.prevent_default();
        },
    );
    let options = move || {
        let option = |(index, (name, kind, _)): (usize, Entry)| {
            let choose = choose.clone();
            el("div")
                .attr("role", "option")
                .attr("id", format!("palette-option-{index}"))
                .attr("aria-selected", move || (selected.get() == index).to_string())
                .on_click(move || choose(index))
                .child(el("bdi").child(name))
                .child(el("span").class("muted").child(kind))
        };
        entries.get().into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let no_matches = move || entries.with(Vec::is_empty).then(|| el("p").class("muted").child("No matches."));
    element
        .on("close", clear)
        .child(el("span").class("search-box").child(icon("find")).child(field))
        .child(
            el("div")
                .attr("id", "palette-options")
                .attr("role", "listbox")
                .attr("aria-label", "Matches")
                .child(options),
        )
        .child(el("div").attr("role", "status").child(no_matches))
}
