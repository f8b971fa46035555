//! Announces the current line to screen readers.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::view_state::LogViewState;
use crate::{
    log::{Level, Log},
    model::{format, state_names},
    text,
    text::tf,
    utils::effects::effect,
};

/// Time at a line before it is announced, because a key that is held down passes many lines.
const DELAY: Duration = Duration::from_millis(250);
/// Maximum number of announced characters of a message.
const MAX_CHARS: usize = 200;

/// Renders the live region that announces the current line.
#[component]
pub(super) fn LogAnnouncer() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let announcement = RwSignal::new(String::new());
    let announce = move |line| announcement.set(state.log.with_untracked(|log| announcement_of(log, line)));
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop_timer = move || timer.try_update_value(|timer| timer.take().map(|timer| timer.clear()));
    effect(move || {
        stop_timer();
        if let Some(line) = state.current.get() {
            timer.set_value(set_timeout_with_handle(move || announce(line), DELAY).ok());
        }
    });
    on_cleanup(move || {
        stop_timer();
    });
    view! {
        <div class="visually-hidden" role="status">
            {announcement}
        </div>
    }
}

/// Returns the announcement, for example `error 2 of 4, line 1,188: Invalid object name`.
fn announcement_of(log: &Log, line: usize) -> String {
    let Some(view) = log.line(line) else { return String::new() };
    let (severity, message) =
        (state_names::severity(view.severity), format::one_line(view.message, MAX_CHARS));
    let number = text::count(line + 1);
    match log.error_number(line) {
        Some(at) => tf!(
            "{severity} {at} of {count}, line {number}: {message}",
            severity = severity,
            at = text::count(at),
            count = text::count(log.count(Level::Error)),
            number = number,
            message = message
        ),
        None => tf!(
            "{severity}, line {number}: {message}",
            severity = severity,
            number = number,
            message = message
        ),
    }
}
