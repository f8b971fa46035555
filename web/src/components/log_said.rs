//! Announces the current line to screen readers.

use super::log_place::Place;
use crate::{
    browser,
    dom::{El, el},
    format,
    log::{Level, Log},
    reactive::{RwSignal, effect},
};

/// Time at a line before it is announced, in milliseconds, because a key that is held down passes many lines.
const STAYS: i32 = 250;
/// Maximum number of announced characters of a message.
const MOST: usize = 200;

/// Renders the live region that announces the current line.
pub(super) fn said(log: RwSignal<Log>, place: Place) -> El {
    let said = RwSignal::new(String::new());
    effect(move || {
        let Some(line) = place.here.get() else { return };
        browser::spawn(async move {
            browser::sleep(STAYS).await;
            if place.here.try_get_untracked().flatten() == Some(line) {
                said.set(log.with_untracked(|log| words(log, line)));
            }
        });
    });
    el("div").class("unseen").attr("role", "status").child(said)
}

/// Returns the announcement, for example `error 2 of 4, line 1,188: Invalid object name`.
fn words(log: &Log, line: usize) -> String {
    let Some(view) = log.line(line) else { return String::new() };
    let number = match log.error_number(line) {
        Some(at) => format!(" {} of {}", format::count(at), format::count(log.count(Level::Error))),
        None => String::new(),
    };
    let message: String = view.message.chars().take(MOST).collect();
    format!("{}{number}, line {}: {message}", view.level.label(), format::count(line + 1))
}
