//! Keeps the current line of a run in the address, and selects the line at which a run opens.

use leptos::prelude::request_animation_frame;
use txjobs_sdk::types::{JobId, TriggerId};
use web_sys::Event;

use crate::{
    components::LogViewState,
    dom::on_window,
    log::{LineRange, Log},
    model::{query, route::Route},
    reactive::{RwSignal, effect},
    tasks::run_view::{RunView, Stage},
    utils::browser,
};

/// Time at a line before the address is updated, in milliseconds. Browsers limit how often the address may change.
const DELAY_MILLIS: i32 = 300;

/// Goes to the lines in the address, or else to the first error, and keeps the address up to date.
pub fn sync_address(job: JobId, run: TriggerId, view: RunView, view_state: LogViewState) {
    let linked_lines = RwSignal::new(lines_in_address());
    if linked_lines.with_untracked(Option::is_some) {
        view_state.is_pinned.set(false);
    }
    open_at_link(view, view_state, linked_lines);
    let opened_error = open_at_first_error(view, view_state, linked_lines);
    on_window("hashchange", move |_: Event| {
        if let Some(range) = lines_in_address() {
            linked_lines.set(Some(range));
        }
    });
    // Number of changes of the current line.
    let changes = RwSignal::new(0u32);
    effect(move || {
        let range = view_state.current_range();
        changes.update_untracked(|count| *count += 1);
        let change = changes.get_untracked();
        let Some(range) = range else { return };
        browser::spawn(async move {
            browser::sleep(DELAY_MILLIS).await;
            if changes.try_get_untracked() != Some(change) || lines_in_address() == Some(range) {
                return;
            }
            // Do not add a line to the address that the user did not choose.
            let is_automatic =
                range.len() == 1 && opened_error.try_get_untracked().flatten() == Some(range.first);
            if !(is_automatic && lines_in_address().is_none()) {
                browser::replace_address(&format!("{}?line={range}", Route::Run { job, run }));
            }
        });
    });
}

/// Returns the lines in the address.
fn lines_in_address() -> Option<LineRange> {
    query::parameter(&browser::hash(), "line").and_then(|text| LineRange::parse(&text))
}

/// Goes to the lines in the address as soon as they are loaded.
fn open_at_link(view: RunView, view_state: LogViewState, linked_lines: RwSignal<Option<LineRange>>) {
    effect(move || {
        let Some(range) = linked_lines.get() else { return };
        let lines = view.log.with(Log::len);
        if range.first >= lines || (range.last >= lines && view.stage.get() != Stage::Ended) {
            return;
        }
        linked_lines.set(None);
        // Lines that arrive from now on count as new.
        view_state.read_lines.set(lines);
        let last = range.last.min(lines - 1);
        request_animation_frame(move || {
            view_state.go_to_line(view.log, range.first);
            if last > range.first {
                view_state.set_current(last, true);
            }
        });
    });
}

/// Goes to the first error when the run has ended, unless the user has scrolled or selected a line before.
fn open_at_first_error(
    view: RunView,
    view_state: LogViewState,
    linked_lines: RwSignal<Option<LineRange>>,
) -> RwSignal<Option<usize>> {
    let opened_error = RwSignal::new(None);
    let mut is_done = false;
    effect(move || {
        if view.stage.get() != Stage::Ended || is_done {
            return;
        }
        is_done = true;
        if view_state.current.get_untracked().is_some() || linked_lines.with_untracked(Option::is_some) {
            return;
        }
        match view.log.with_untracked(Log::first_error) {
            Some(line) if view_state.is_pinned.get_untracked() => {
                opened_error.set(Some(line));
                request_animation_frame(move || view_state.go_to_line(view.log, line));
            }
            _ => {}
        }
    });
    opened_error
}
