//! The search field of a log, with the number of matches and navigation between them.

use web_sys::{Event, HtmlInputElement, KeyboardEvent};

use super::{icon, log_view::Place};
use crate::{
    browser,
    dom::{El, View, button, el, on_window, show},
    format,
    log::Log,
    reactive::RwSignal,
};

/// Goes to the next or previous match.
fn step(log: RwSignal<Log>, place: Place, forward: bool) {
    let line = log.with_untracked(|log| log.found_from(place.here.get_untracked(), forward));
    if let Some(line) = line {
        place.go(log, line);
    }
}

pub(super) fn search_field(log: RwSignal<Log>, place: Place) -> El {
    let input = el("input")
        .class("field")
        .attr("type", "text")
        .attr("placeholder", "Search log")
        .attr("aria-label", "Search log")
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .attr("enterkeyhint", "search");
    let field: HtmlInputElement = input.get();
    let typed = field.clone();
    let on_input = move |_: Event| {
        log.update(|log| log.search(&typed.value()));
        // Go to the current line if it matches, or else to the next match.
        let here = place.here.get_untracked();
        let before = here.and_then(|line| line.checked_sub(1));
        if let Some(line) = log.with_untracked(|log| log.found_from(before, true)) {
            place.go(log, line);
        }
    };
    let left = field.clone();
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => step(log, place, !event.shift_key()),
        "ArrowDown" | "ArrowUp" => {
            event.prevent_default();
            step(log, place, event.key() == "ArrowDown");
        }
        "Escape" => {
            left.set_value("");
            let _ = left.blur();
            log.update(|log| log.search(""));
        }
        _ => {}
    };
    on_window("keydown", move |event: KeyboardEvent| {
        if event.key() == "/" && !browser::is_typing(&event) {
            event.prevent_default();
            let _ = field.focus();
            field.select();
        }
    });
    el("span")
        .class("find")
        .child(icon("find"))
        .child(input.on("input", on_input).on("keydown", on_key))
        .child(el("kbd").attr("aria-hidden", "true").class("wide").child("/"))
}

pub(super) fn search_result(log: RwSignal<Log>, place: Place) -> View {
    let found = move || {
        log.with(|log| {
            if !log.searched().is_on() {
                return String::new();
            }
            let shown = log.found().count();
            let hidden = log.searched().lines().len() - shown;
            let here = place.here.get().and_then(|here| log.found().position(|line| line == here));
            let mut words = match here {
                Some(at) => format!("{} of {}", format::count(at + 1), format::count(shown)),
                None if shown == 0 => "none".to_owned(),
                None => format!("{} found", format::count(shown)),
            };
            if hidden > 0 {
                words.push_str(&format!(", {} hidden", format::count(hidden)));
            }
            words
        })
    };
    let to = move |forward: bool, label: &'static str, title: &'static str, shape: &'static str| {
        button("ghost", move || step(log, place, forward))
            .attr("aria-label", label)
            .attr("title", title)
            .child(icon(shape))
    };
    show(
        move || log.with(|log| log.searched().is_on()),
        move || {
            let before = to(false, "Previous match", "Previous match (Shift Enter)", "up");
            let next = to(true, "Next match", "Next match (Enter)", "down");
            (el("span").class("quiet found").attr("role", "status").child(found), before, next)
        },
    )
}
