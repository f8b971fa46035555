//! View state of a log, shared by its lines, toolbar and panels.

use leptos::prelude::request_animation_frame;
use web_sys::HtmlElement;

use crate::{
    log::{LineRange, Log},
    reactive::RwSignal,
    utils::{browser, virtual_rows::Rows},
};

/// View state of a log: current line, selection and scroll position.
#[derive(Clone, Copy, Debug)]
pub struct LogViewState {
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
    /// Whether long lines are wrapped.
    pub is_wrapped: RwSignal<bool>,
    /// Result of the last copy, shown for a moment.
    pub copy_result: RwSignal<Option<bool>>,
    /// Scroll position in pixels.
    pub(super) scroll: RwSignal<f64>,
    /// Height and width of the viewport.
    pub(super) viewport_height: RwSignal<f64>,
    pub(super) viewport_width: RwSignal<f64>,
    /// The scrolled element.
    pub(super) scroll_element: RwSignal<Option<HtmlElement>>,
}

impl LogViewState {
    /// Creates the state. `is_pinned` starts at the end, as for an unfinished run.
    pub fn new(is_pinned: bool) -> Self {
        Self {
            current: RwSignal::new(None),
            selection_anchor: RwSignal::new(None),
            open_line: RwSignal::new(None),
            is_pinned: RwSignal::new(is_pinned),
            read_lines: RwSignal::new(0),
            is_wrapped: RwSignal::new(browser::read_setting("txjobs.wrap").is_some_and(|wrap| wrap == "on")),
            copy_result: RwSignal::new(None),
            scroll: RwSignal::new(0.0),
            viewport_height: RwSignal::new(0.0),
            viewport_width: RwSignal::new(0.0),
            scroll_element: RwSignal::new(None),
        }
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
    }

    /// Makes a line the current one and scrolls to it.
    pub fn go_to_line(self, log: RwSignal<Log>, line: usize) {
        self.set_current(line, false);
        self.scroll_to_line(log, line);
    }

    /// Scrolls to a line if it is not visible.
    pub fn scroll_to_line(self, log: RwSignal<Log>, line: usize) {
        if self.is_pinned.get_untracked() {
            self.read_lines.set(log.with_untracked(Log::len));
        }
        self.is_pinned.set(false);
        let (rows, top) = log.with_untracked(|log| (self.rows(log), log.top(log.row_of(line))));
        if !rows.is_visible(top, self.scroll.get_untracked()) {
            self.scroll_to(rows.scroll_to(top));
        }
    }

    /// Moves one row up or down from the current line, or to the first visible line without one.
    pub fn move_by_row(self, log: RwSignal<Log>, forward: bool, extend: bool) {
        let line = log.with_untracked(|log| {
            let first_visible = || log.row_at(self.rows(log).first_visible(self.scroll.get_untracked()));
            let row = match self.current.get_untracked().map(|line| log.row_of(line)) {
                Some(row) if forward => row + 1,
                Some(row) => row.saturating_sub(1),
                None => first_visible(),
            };
            log.line_of(row.min(log.rows().saturating_sub(1)))
        });
        if let Some(line) = line {
            self.set_current(line, extend);
            self.scroll_to_line(log, line);
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
            self.scroll.set(f64::from(element.scroll_top()));
        }
    }

    fn rows(self, log: &Log) -> Rows {
        Rows { count: log.height(), row_height: row_height(), viewport: self.viewport_height.get_untracked() }
    }

    /// Changes the filter or wrapping and keeps the current or first visible line on the screen.
    pub fn update_log(self, log: RwSignal<Log>, change: impl FnOnce(&mut Log)) {
        let kept_line = log.with_untracked(|log| {
            let (rows, scroll) = (self.rows(log), self.scroll.get_untracked());
            let is_visible = |line: &usize| rows.is_visible(log.top(log.row_of(*line)), scroll);
            let first_visible = || log.line_of(log.row_at(rows.first_visible(scroll)));
            self.current.get_untracked().filter(is_visible).or_else(first_visible)
        });
        log.update(change);
        request_animation_frame(move || {
            if self.is_pinned.try_get_untracked().unwrap_or(true) {
                self.go_to_end();
            } else if let Some(line) = kept_line {
                self.scroll_to_line(log, line);
            }
        });
    }
}

/// Returns the height of an unwrapped row in pixels.
pub(super) fn row_height() -> f64 {
    browser::css_pixels("--log-row-height", 20)
}
