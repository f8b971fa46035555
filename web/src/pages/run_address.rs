//! Keeps the current line of a run in the address, and selects the line at which a run opens.

use leptos::prelude::request_animation_frame;
use txjobs_sdk::types::{JobId, TriggerId};
use web_sys::Event;

use crate::{
    browser,
    components::log_view::Place,
    dom::on_window,
    follow::{RunView, Stage},
    log::{Log, Range},
    reactive::{RwSignal, effect},
    route::{self, Route},
};

/// Time at a line before the address is updated, in milliseconds. Browsers limit how often the address may change.
const STAYS: i32 = 300;

/// Goes to the lines in the address, or else to the first error, and keeps the address up to date.
pub fn keep_address(job: JobId, run: TriggerId, view: RunView, place: Place) {
    let wanted = RwSignal::new(linked());
    if wanted.with_untracked(Option::is_some) {
        place.pinned.set(false);
    }
    open_at_link(view, place, wanted);
    let at_error = open_at_first_error(view, place, wanted);
    on_window("hashchange", move |_: Event| {
        if let Some(range) = linked() {
            wanted.set(Some(range));
        }
    });
    // Number of changes of the current line.
    let changes = RwSignal::new(0u32);
    effect(move || {
        let range = place.range();
        changes.update_untracked(|count| *count += 1);
        let change = changes.get_untracked();
        let Some(range) = range else { return };
        browser::spawn(async move {
            browser::sleep(STAYS).await;
            if changes.try_get_untracked() != Some(change) || linked() == Some(range) {
                return;
            }
            // Do not add a line to the address that the user did not choose.
            let is_own = range.len() == 1 && at_error.try_get_untracked().flatten() == Some(range.first);
            if !(is_own && linked().is_none()) {
                browser::replace(&format!("{}?line={range}", Route::Run { job, run }));
            }
        });
    });
}

/// Returns the lines in the address.
fn linked() -> Option<Range> {
    route::parameter(&browser::hash(), "line").and_then(|text| Range::parse(&text))
}

/// Goes to the lines in the address as soon as they are loaded.
fn open_at_link(view: RunView, place: Place, wanted: RwSignal<Option<Range>>) {
    effect(move || {
        let Some(range) = wanted.get() else { return };
        let lines = view.log.with(Log::len);
        if range.first >= lines || (range.last >= lines && view.stage.get() != Stage::Ended) {
            return;
        }
        wanted.set(None);
        // Lines that arrive from now on count as new.
        place.read.set(lines);
        let last = range.last.min(lines - 1);
        request_animation_frame(move || {
            place.go(view.log, range.first);
            if last > range.first {
                place.set(last, true);
            }
        });
    });
}

/// Goes to the first error when the run has ended, unless the user has scrolled or selected a line before.
fn open_at_first_error(
    view: RunView,
    place: Place,
    wanted: RwSignal<Option<Range>>,
) -> RwSignal<Option<usize>> {
    let at_error = RwSignal::new(None);
    let mut done = false;
    effect(move || {
        if view.stage.get() != Stage::Ended || done {
            return;
        }
        done = true;
        if place.here.get_untracked().is_some() || wanted.with_untracked(Option::is_some) {
            return;
        }
        match view.log.with_untracked(Log::first_error) {
            Some(line) if place.pinned.get_untracked() => {
                at_error.set(Some(line));
                request_animation_frame(move || place.go(view.log, line));
            }
            _ => {}
        }
    });
    at_error
}
