//! The toolbar above a log: severity filter, search, error navigation, wrapping and export.

use web_sys::KeyboardEvent;

use super::{
    icon,
    log_export::log_export,
    log_search::{search_field, search_result},
    log_view::Place,
};
use crate::{
    browser,
    dom::{El, View, button, el, on_window, show},
    format,
    log::{Level, Log},
    reactive::{Memo, RwSignal},
};

/// Renders the toolbar and handles its keyboard shortcuts (`n`, `p` and `w`).
pub fn log_bar(log: RwSignal<Log>, place: Place) -> El {
    on_window("keydown", move |event: KeyboardEvent| {
        if !browser::is_typing(&event) {
            match event.key().as_str() {
                "n" => error(log, place, true),
                "p" => error(log, place, false),
                "w" => wrap(place),
                _ => {}
            }
        }
    });
    let end = button("button square", move || place.go_to_end())
        .attr("aria-label", "Go to the end")
        .attr("title", "Go to the end")
        .child(icon("end"));
    let wraps = button("button square", move || wrap(place))
        .attr("aria-label", "Wrap lines")
        .attr("title", "Wrap lines (w)")
        .attr("aria-pressed", move || place.wrap.get().to_string())
        .child(icon("wrap"));
    el("div")
        .class("bar tools")
        .attr("role", "group")
        .attr("aria-label", "Log tools")
        .child(chips(log, place))
        .child(search_field(log, place))
        .child(search_result(log, place))
        .child(errors(log, place))
        .child(el("span").class("grow"))
        .child(wraps)
        .child(log_export(log, place))
        .child(end)
}

fn wrap(place: Place) {
    place.wrap.update(|wrap| *wrap = !*wrap);
    browser::remember("txjobs.wrap", if place.wrap.get_untracked() { "on" } else { "off" });
}

fn error(log: RwSignal<Log>, place: Place, forward: bool) {
    let line = log.with_untracked(|log| log.error_from(place.here.get_untracked(), forward));
    let Some(line) = line else { return };
    // Show errors if the filter hides them.
    if log.with_untracked(|log| log.is_filtered() && !log.is_chosen(Level::Error)) {
        log.update(|log| log.toggle(Level::Error));
    }
    place.go(log, line);
}

/// Renders the severity filter with counts.
fn chips(log: RwSignal<Log>, place: Place) -> El {
    let change = move |change: &dyn Fn(&mut Log)| place.rearrange(log, change);
    let chip = move |level: Level, shape: &'static str| {
        let count = Memo::new(move || log.with(|log| log.count(level)));
        let is_chosen = Memo::new(move || log.with(|log| log.is_chosen(level)));
        let words = match level {
            Level::Error => "errors",
            Level::Warning => "warnings",
            _ => "information",
        };
        button(level.label(), move || change(&|log| log.toggle(level)))
            .attr("title", words)
            .attr("aria-label", move || format!("{} {words}", format::count(count.get())))
            .attr("aria-pressed", move || is_chosen.get().to_string())
            .attr("disabled", move || count.get() == 0 && !is_chosen.get())
            .child(icon(shape))
            .child(move || format::count(count.get()))
    };
    let all = button("", move || change(&Log::show_all))
        .attr("aria-pressed", move || log.with(|log| !log.is_filtered()).to_string())
        .child(move || format!("All {}", format::count(log.with(Log::len))));
    el("div")
        .class("chips")
        .attr("role", "group")
        .attr("aria-label", "Show severities")
        .child(all)
        .child(chip(Level::Information, "info"))
        .child(chip(Level::Warning, "triangle"))
        .child(chip(Level::Error, "cross"))
}

fn errors(log: RwSignal<Log>, place: Place) -> View {
    let errors = Memo::new(move || log.with(|log| log.count(Level::Error)));
    let number = move || {
        let here = place.here.get().and_then(|line| log.with(|log| log.error_number(line)));
        here.map(|at| format!("{} of {}", format::count(at), format::count(errors.get())))
    };
    show(
        move || errors.get() > 0,
        move || {
            let next = button("button", move || error(log, place, true))
                .child("Next error ")
                .child(el("kbd").attr("aria-hidden", "true").class("wide").child("n"));
            let before = button("button square", move || error(log, place, false))
                .attr("aria-label", "Previous error")
                .attr("title", "Previous error (p)")
                .child(icon("up"));
            (next, before, el("span").class("quiet").child(number))
        },
    )
}
