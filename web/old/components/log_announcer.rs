//! Announces the current line to screen readers.

use super::log_view_state::LogViewState;
use crate::{
    dom::{El, el},
    log::{Level, Log},
    model::format,
    reactive::{RwSignal, effect},
    utils::browser,
};

/// Time at a line before it is announced, in milliseconds, because a key that is held down passes many lines.
const DELAY_MILLIS: i32 = 250;
/// Maximum number of announced characters of a message.
const MAX_CHARS: usize = 200;

/// Renders the live region that announces the current line.
pub(super) fn announcer(log: RwSignal<Log>, view_state: LogViewState) -> El {
    let announcement = RwSignal::new(String::new());
    effect(move || {
        let Some(line) = view_state.current.get() else { return };
        browser::spawn(async move {
            browser::sleep(DELAY_MILLIS).await;
            if view_state.current.try_get_untracked().flatten() == Some(line) {
                announcement.set(log.with_untracked(|log| announcement_of(log, line)));
            }
        });
    });
    el("div").class("visually-hidden").attr("role", "status").child(announcement)
}

/// Returns the announcement, for example `error 2 of 4, line 1,188: Invalid object name`.
fn announcement_of(log: &Log, line: usize) -> String {
    let Some(view) = log.line(line) else { return String::new() };
    let number = match log.error_number(line) {
        Some(at) => format!(" {} of {}", format::count(at), format::count(log.count(Level::Error))),
        None => String::new(),
    };
    let message: String = view.message.chars().take(MAX_CHARS).collect();
    format!("{}{number}, line {}: {message}", view.level.label(), format::count(line + 1))
}
