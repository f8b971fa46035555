//! The search field of a log, with the number of matches and navigation between them.

use web_sys::{Event, HtmlInputElement, KeyboardEvent};

use super::{icon::icon, log_view_state::LogViewState};
use crate::{
    dom::{El, View, button, el, on_window, show},
    log::Log,
    model::format,
    reactive::RwSignal,
    utils::browser,
};

/// Goes to the next or previous match.
fn go_to_match(log: RwSignal<Log>, view_state: LogViewState, forward: bool) {
    let line = log.with_untracked(|log| log.match_from(view_state.current.get_untracked(), forward));
    if let Some(line) = line {
        view_state.go_to_line(log, line);
    }
}

pub(super) fn search_field(log: RwSignal<Log>, view_state: LogViewState) -> El {
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
        let current = view_state.current.get_untracked();
        let before = current.and_then(|line| line.checked_sub(1));
        if let Some(line) = log.with_untracked(|log| log.match_from(before, true)) {
            view_state.go_to_line(log, line);
        }
    };
    let cleared = field.clone();
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => go_to_match(log, view_state, !event.shift_key()),
        "ArrowDown" | "ArrowUp" => {
            event.prevent_default();
            go_to_match(log, view_state, event.key() == "ArrowDown");
        }
        "Escape" => {
            cleared.set_value("");
            let _ = cleared.blur();
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
        .class("search-box")
        .child(icon("find"))
        .child(input.on("input", on_input).on("keydown", on_key))
        .child(el("kbd").attr("aria-hidden", "true").class("hide-on-phone").child("/"))
}

pub(super) fn search_result(log: RwSignal<Log>, view_state: LogViewState) -> View {
    let result = move || {
        log.with(|log| {
            if !log.search_state().is_active() {
                return String::new();
            }
            let shown = log.matches().count();
            let hidden = log.search_state().lines().len() - shown;
            let position =
                view_state.current.get().and_then(|line| log.matches().position(|other| other == line));
            let mut text = match position {
                Some(at) => format!("{} of {}", format::count(at + 1), format::count(shown)),
                None if shown == 0 => "no matches".to_owned(),
                None => format!("{} found", format::count(shown)),
            };
            if hidden > 0 {
                text.push_str(&format!(", {} hidden", format::count(hidden)));
            }
            text
        })
    };
    let step_button = move |forward: bool, label: &'static str, title: &'static str, shape: &'static str| {
        button("icon-button", move || go_to_match(log, view_state, forward))
            .attr("aria-label", label)
            .attr("title", title)
            .child(icon(shape))
    };
    show(
        move || log.with(|log| log.search_state().is_active()),
        move || {
            let before = step_button(false, "Previous match", "Previous match (Shift Enter)", "up");
            let next = step_button(true, "Next match", "Next match (Enter)", "down");
            (el("span").class("muted match-count").attr("role", "status").child(result), before, next)
        },
    )
}
