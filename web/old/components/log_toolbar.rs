//! The toolbar above a log: severity filter, search, error navigation, wrapping and export.

use web_sys::KeyboardEvent;

use super::{
    icon::icon,
    log_export::log_export,
    log_search::{search_field, search_result},
    log_view_state::LogViewState,
};
use crate::{
    dom::{El, View, button, el, on_window, show},
    log::{Level, Log},
    model::format,
    reactive::{Memo, RwSignal},
    utils::browser,
};

/// Renders the toolbar and handles its keyboard shortcuts (`n`, `p` and `w`).
pub fn log_toolbar(log: RwSignal<Log>, view_state: LogViewState) -> El {
    on_window("keydown", move |event: KeyboardEvent| {
        if !browser::is_typing(&event) {
            match event.key().as_str() {
                "n" => go_to_error(log, view_state, true),
                "p" => go_to_error(log, view_state, false),
                "w" => toggle_wrap(view_state),
                _ => {}
            }
        }
    });
    let end_button = button("button square", move || view_state.go_to_end())
        .attr("aria-label", "Go to the end")
        .attr("title", "Go to the end")
        .child(icon("end"));
    let wrap_button = button("button square", move || toggle_wrap(view_state))
        .attr("aria-label", "Wrap lines")
        .attr("title", "Wrap lines (w)")
        .attr("aria-pressed", move || view_state.is_wrapped.get().to_string())
        .child(icon("wrap"));
    el("div")
        .class("bar log-toolbar")
        .attr("role", "group")
        .attr("aria-label", "Log tools")
        .child(severity_filter(log, view_state))
        .child(search_field(log, view_state))
        .child(search_result(log, view_state))
        .child(error_navigation(log, view_state))
        .child(el("span").class("spacer"))
        .child(wrap_button)
        .child(log_export(log, view_state))
        .child(end_button)
}

fn toggle_wrap(view_state: LogViewState) {
    view_state.is_wrapped.update(|wrap| *wrap = !*wrap);
    browser::write_setting("txjobs.wrap", if view_state.is_wrapped.get_untracked() { "on" } else { "off" });
}

fn go_to_error(log: RwSignal<Log>, view_state: LogViewState, forward: bool) {
    let line = log.with_untracked(|log| log.error_from(view_state.current.get_untracked(), forward));
    let Some(line) = line else { return };
    // Show errors if the filter hides them.
    if log.with_untracked(|log| log.is_filtered() && !log.is_level_selected(Level::Error)) {
        log.update(|log| log.toggle(Level::Error));
    }
    view_state.go_to_line(log, line);
}

/// Renders the severity filter with counts.
fn severity_filter(log: RwSignal<Log>, view_state: LogViewState) -> El {
    let change = move |change: &dyn Fn(&mut Log)| view_state.update_log(log, change);
    let level_button = move |level: Level, shape: &'static str| {
        let count = Memo::new(move || log.with(|log| log.count(level)));
        let is_selected = Memo::new(move || log.with(|log| log.is_level_selected(level)));
        let label = match level {
            Level::Error => "errors",
            Level::Warning => "warnings",
            _ => "information",
        };
        button(level.label(), move || change(&|log| log.toggle(level)))
            .attr("title", label)
            .attr("aria-label", move || format!("{} {label}", format::count(count.get())))
            .attr("aria-pressed", move || is_selected.get().to_string())
            .attr("disabled", move || count.get() == 0 && !is_selected.get())
            .child(icon(shape))
            .child(move || format::count(count.get()))
    };
    let all = button("", move || change(&Log::show_all))
        .attr("aria-pressed", move || log.with(|log| !log.is_filtered()).to_string())
        .child(move || format!("All {}", format::count(log.with(Log::len))));
    el("div")
        .class("severity-filter")
        .attr("role", "group")
        .attr("aria-label", "Show severities")
        .child(all)
        .child(level_button(Level::Information, "info"))
        .child(level_button(Level::Warning, "triangle"))
        .child(level_button(Level::Error, "cross"))
}

fn error_navigation(log: RwSignal<Log>, view_state: LogViewState) -> View {
    let errors = Memo::new(move || log.with(|log| log.count(Level::Error)));
    let number = move || {
        let number = view_state.current.get().and_then(|line| log.with(|log| log.error_number(line)));
        number.map(|at| format!("{} of {}", format::count(at), format::count(errors.get())))
    };
    show(
        move || errors.get() > 0,
        move || {
            let next = button("button", move || go_to_error(log, view_state, true))
                .child("Next error ")
                .child(el("kbd").attr("aria-hidden", "true").class("hide-on-phone").child("n"));
            let previous = button("button square", move || go_to_error(log, view_state, false))
                .attr("aria-label", "Previous error")
                .attr("title", "Previous error (p)")
                .child(icon("up"));
            (next, previous, el("span").class("muted").child(number))
        },
    )
}
