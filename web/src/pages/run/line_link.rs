//! Keeps the current line of a run in the address, and selects the line at which a run opens.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};

use crate::{
    components::log_view::LogViewState,
    log::{LineRange, Log},
    model::{query, route::Route},
    state::{RunState, Stage, Ui},
    utils::{
        address,
        effects::{effect, on_window_event},
        time,
    },
};

/// Time at a line before the address is updated. Browsers limit how often the address may change.
const DELAY: Duration = Duration::from_millis(300);

/// Goes to the lines in the address, or else to the first error, and keeps the address up to date.
pub fn link_lines(state: RunState, log_view: LogViewState) {
    let ui = expect_context::<Ui>();
    let linked_lines = RwSignal::new(lines_in_address());
    if linked_lines.with_untracked(Option::is_some) {
        log_view.is_pinned.set(false);
    }
    let opened_error = RwSignal::new(None::<Position>);
    open_at_link(state, log_view, linked_lines);
    open_at_first_error(state, log_view, linked_lines, opened_error);
    on_window_event(ev::hashchange, move |_| {
        if let Some(range) = lines_in_address() {
            linked_lines.set(Some(range));
        }
    });
    effect(move || {
        let Some(range) = log_view.current_range() else { return };
        // The next change of the current line cancels this one.
        spawn_local_scoped_with_cancellation(async move {
            time::sleep(DELAY).await;
            // Do not add a line to the address that the user did not choose.
            let opened = opened_error.get_untracked().map(|opened| opened.line_in(state));
            let is_automatic = range.len() == 1 && opened == Some(range.first);
            let before = lines_in_address();
            if before != Some(range) && !(is_automatic && before.is_none()) {
                let route = Route::Run { job: state.job, run: state.run };
                ui.replace_address(&format!("{route}?line={range}"));
            }
        });
    });
}

/// A line that stays the same when late lines are inserted before it.
#[derive(Clone, Copy, Debug)]
struct Position {
    line: usize,
    insertion_count: usize,
}

impl Position {
    fn new(state: RunState, line: usize) -> Self {
        Self { line, insertion_count: state.log.with_untracked(Log::insertion_count) }
    }

    /// Returns where the line is now.
    fn line_in(self, state: RunState) -> usize {
        state.log.with_untracked(|log| log.line_after_insertions(self.line, self.insertion_count))
    }
}

/// Returns the lines in the address.
fn lines_in_address() -> Option<LineRange> {
    query::parameter(&address::hash(), "line").and_then(|text| LineRange::parse(&text))
}

/// Goes to the lines in the address as soon as they are loaded.
fn open_at_link(state: RunState, log_view: LogViewState, linked_lines: RwSignal<Option<LineRange>>) {
    effect(move || {
        let Some(range) = linked_lines.get() else { return };
        let lines = state.log.with(Log::len);
        if range.first >= lines || (range.last >= lines && state.stage.get() != Stage::Ended) {
            return;
        }
        linked_lines.set(None);
        // Lines that arrive from now on count as new.
        log_view.read_lines.set(lines);
        let [first, last] = [range.first, range.last.min(lines - 1)].map(|line| Position::new(state, line));
        after_render(state, move || {
            log_view.go_to_line(first.line_in(state));
            if last.line > first.line {
                log_view.set_current(last.line_in(state), true);
            }
        });
    });
}

/// Goes to the first error when the run has ended, unless the user has scrolled or selected a line before. A run that had
/// ended before it was opened does not move later, because the user reads it.
fn open_at_first_error(
    state: RunState,
    log_view: LogViewState,
    linked_lines: RwSignal<Option<LineRange>>,
    opened_error: RwSignal<Option<Position>>,
) {
    let has_lines = Memo::new(move |_| state.log.with(|log| !log.is_empty()));
    let has_outcome = Memo::new(move |_| state.has_outcome());
    let was_running = Memo::new(move |before| before == Some(&true) || state.stage.get() == Stage::Running);
    Effect::new(move |is_done: Option<bool>| {
        let has_ended = state.stage.get() == Stage::Ended;
        if is_done == Some(true) || !has_outcome.get() || !(has_lines.get() || has_ended) {
            return is_done == Some(true);
        }
        let is_at_line =
            log_view.current.with_untracked(Option::is_some) || linked_lines.with_untracked(Option::is_some);
        if is_at_line || !log_view.is_pinned.get_untracked() {
            return true;
        }
        match state.log.with_untracked(Log::first_error) {
            Some(line) => {
                let error = Position::new(state, line);
                opened_error.set(Some(error));
                after_render(state, move || log_view.go_to_line(error.line_in(state)));
                true
            }
            // The error of a run that was followed may be in its last lines.
            None => has_ended || !was_running.get(),
        }
    });
}

/// Runs `action` when the lines are rendered, unless the screen was removed in the meantime.
fn after_render(state: RunState, action: impl FnOnce() + 'static) {
    request_animation_frame(move || {
        if !state.stage.is_disposed() {
            action();
        }
    });
}
