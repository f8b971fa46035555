//! What the parts of a log view share.

use std::time::Duration;

use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    log::{LineRange, Log},
    utils::{clipboard, css, time, virtual_rows::Rows},
};

/// How long the result of copying is shown.
const COPY_RESULT_TIME: Duration = Duration::from_secs(2);

/// A log and how it is viewed: current line, selection and scroll position.
#[derive(Clone, Copy, Debug)]
pub struct LogViewState {
    pub log: RwSignal<Log>,
    /// Index of the current line.
    pub current: RwSignal<Option<usize>>,
    /// Index of the line where the selection of several lines started.
    pub selection_anchor: RwSignal<Option<usize>>,
    /// Index of the line whose full text is shown.
    pub open_line: RwSignal<Option<usize>>,
    /// Whether the view stays at the end while lines arrive.
    pub is_pinned: RwSignal<bool>,
    /// Number of lines when the view was last at the end. Later lines count as new.
    pub read_lines: RwSignal<usize>,
    /// Result of the last copy, shown for a moment.
    pub(super) copy_result: RwSignal<Option<bool>>,
    /// Scroll position in pixels.
    pub(super) scroll: RwSignal<f64>,
    pub(super) viewport_height: RwSignal<f64>,
    pub(super) viewport_width: RwSignal<f64>,
    /// The scrolled element.
    pub(super) scroll_element: NodeRef<html::Div>,
    /// Height of an unwrapped row in pixels.
    pub(super) row_height: f64,
    place: StoredValue<Option<Place>>,
}

/// The line that the user looks at.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: usize,
    /// Distance from the top edge of the viewport in pixels.
    offset: f64,
}

impl LogViewState {
    /// Provides the state as a context. `is_pinned` starts at the end, as for an unfinished run.
    pub fn provide(log: RwSignal<Log>, is_pinned: bool) -> Self {
        let state = Self {
            log,
            current: RwSignal::new(None),
            selection_anchor: RwSignal::new(None),
            open_line: RwSignal::new(None),
            is_pinned: RwSignal::new(is_pinned),
            read_lines: RwSignal::new(0),
            copy_result: RwSignal::new(None),
            scroll: RwSignal::new(0.0),
            viewport_height: RwSignal::new(0.0),
            viewport_width: RwSignal::new(0.0),
            scroll_element: NodeRef::new(),
            row_height: css::pixels("--log-row-height", 20),
            place: StoredValue::new(None),
        };
        state.follow_insertions();
        provide_context(state);
        state
    }

    /// Returns the selected lines, or the current line without a selection.
    pub fn current_range(self) -> Option<LineRange> {
        let current = self.current.get()?;
        Some(LineRange::between(self.selection_anchor.get().unwrap_or(current), current))
    }

    /// Returns the selected lines if there are several.
    pub fn selection(self) -> Option<LineRange> {
        self.current_range().filter(|range| range.len() > 1)
    }

    /// Makes a line the current one. `extend` selects all lines between the previous one and it.
    pub fn set_current(self, line: usize, extend: bool) {
        let anchor = match extend {
            true => self.selection_anchor.get_untracked().or(self.current.get_untracked()).or(Some(line)),
            false => None,
        };
        self.selection_anchor.set(anchor);
        self.current.set(Some(line));
        self.remember_place();
    }

    /// Closes the open line and ends the selection.
    pub(super) fn close_detail(self) {
        self.open_line.set(None);
        self.selection_anchor.set(None);
    }

    /// Makes a line the current one and scrolls to its beginning.
    pub fn go_to_line(self, line: usize) {
        self.set_current(line, false);
        self.scroll_to_line(line);
        if let Some(element) = self.scroll_element.get_untracked() {
            element.set_scroll_left(0);
        }
    }

    /// Scrolls to a line if it is not visible.
    pub fn scroll_to_line(self, line: usize) {
        if self.is_pinned.get_untracked() {
            self.read_lines.set(self.log.with_untracked(Log::len));
        }
        self.is_pinned.set(false);
        let (rows, top) = self.log.with_untracked(|log| (self.rows(log), log.top(log.row_of(line))));
        if !rows.is_visible(top, self.scroll.get_untracked()) {
            self.scroll_to(rows.scroll_to(top));
        }
    }

    /// Moves one row up or down from the current line, or to the first visible line without one.
    pub(super) fn move_by_row(self, forward: bool, extend: bool) {
        let line = self.log.with_untracked(|log| {
            let row = match self.current.get_untracked().map(|line| log.row_of(line)) {
                Some(row) if forward => row + 1,
                Some(row) => row.saturating_sub(1),
                None => log.row_at(self.rows(log).first_visible(self.scroll.get_untracked())),
            };
            log.line_of(row.min(log.rows().saturating_sub(1)))
        });
        if let Some(line) = line {
            self.set_current(line, extend);
            self.scroll_to_line(line);
        }
    }

    /// Scrolls to the end and stays there while lines arrive.
    pub fn go_to_end(self) {
        self.is_pinned.set(true);
        if let Some(element) = self.scroll_element.get_untracked() {
            self.scroll_to(f64::from(element.scroll_height()));
        }
    }

    pub(super) fn scroll_to(self, top: f64) {
        if let Some(element) = self.scroll_element.get_untracked() {
            element.set_scroll_top(top as i32);
            self.set_scroll(f64::from(element.scroll_top()));
        }
    }

    /// Scrolls by pixels of the lines, which a very long log divides by the scale of its scroll bar.
    pub(super) fn scroll_by(self, pixels: f64) {
        let rows = self.log.with_untracked(|log| self.rows(log));
        self.scroll_to(rows.scroll_to_offset(0, rows.offset_of(0, self.scroll.get_untracked()) - pixels));
    }

    pub(super) fn set_scroll(self, top: f64) {
        self.scroll.set(top);
        self.remember_place();
    }

    /// Remembers where the current line is, or the first visible one if the current one is not visible.
    fn remember_place(self) {
        let scroll = self.scroll.get_untracked();
        let place = self.log.with_untracked(|log| {
            let rows = self.rows(log);
            let line = self.visible_line(log)?;
            Some(Place { line, offset: rows.offset_of(log.top(log.row_of(line)), scroll) })
        });
        self.place.set_value(place);
    }

    /// Returns the current line, or the first visible one if the current one is not visible.
    fn visible_line(self, log: &Log) -> Option<usize> {
        let (rows, scroll) = (self.rows(log), self.scroll.get_untracked());
        let is_visible = |line: &usize| rows.is_visible(log.top(log.row_of(*line)), scroll);
        let first_visible = || log.line_of(log.row_at(rows.first_visible(scroll)));
        self.current.get_untracked().filter(is_visible).or_else(first_visible)
    }

    /// When late lines are inserted between others, keeps the same lines current, selected and open, and at the same
    /// place on the screen.
    fn follow_insertions(self) {
        Effect::new(move |seen: Option<usize>| {
            let count = self.log.with(Log::insertion_count);
            let seen = seen.unwrap_or(count);
            if count > seen {
                let moved =
                    |line: usize| self.log.with_untracked(|log| log.line_after_insertions(line, seen));
                for line in [self.current, self.selection_anchor, self.open_line] {
                    if let Some(line_before) = line.get_untracked() {
                        line.set(Some(moved(line_before)));
                    }
                }
                // Lines inserted between read ones are not at the end, where the button for new lines leads.
                self.read_lines.update(|read| *read = read.checked_sub(1).map_or(0, |last| moved(last) + 1));
                if let Some(place) = self.place.get_value() {
                    self.restore_place(Place { line: moved(place.line), ..place });
                }
            }
            self.remember_place();
            count
        });
    }

    /// Scrolls to a place when the changed lines are rendered.
    fn restore_place(self, place: Place) {
        request_animation_frame(move || {
            if self.is_pinned.try_get_untracked() == Some(false) {
                let scroll = self.log.with_untracked(|log| {
                    self.rows(log).scroll_to_offset(log.top(log.row_of(place.line)), place.offset)
                });
                self.scroll_to(scroll);
            }
        });
    }

    fn rows(self, log: &Log) -> Rows {
        Rows {
            count: log.height(),
            row_height: self.row_height,
            viewport: self.viewport_height.get_untracked(),
        }
    }

    /// Changes the filter or wrapping and keeps the current or first visible line on the screen.
    pub(super) fn update_log(self, change: impl FnOnce(&mut Log)) {
        let kept_line = self.log.with_untracked(|log| self.visible_line(log));
        self.log.update(change);
        request_animation_frame(move || match self.is_pinned.try_get_untracked() {
            // The screen was removed in the meantime.
            None => {}
            Some(true) => self.go_to_end(),
            Some(false) => kept_line.into_iter().for_each(|line| self.scroll_to_line(line)),
        });
    }

    /// Copies a text and shows for a moment whether it succeeded.
    pub(super) fn copy(self, text: String) {
        spawn_local(async move {
            let has_copied = clipboard::copy(&text).await;
            self.copy_result.try_set(Some(has_copied));
            time::sleep(COPY_RESULT_TIME).await;
            self.copy_result.try_set(None);
        });
    }
}
