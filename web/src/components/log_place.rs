//! View state of a log, shared by its lines, toolbar and panels.

use leptos::prelude::request_animation_frame;
use web_sys::HtmlElement;

use crate::{
    browser,
    log::{Log, Range},
    reactive::RwSignal,
    virtual_rows::Rows,
};

/// View state of a log: current line, selection and scroll position.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Index of the current line.
    pub here: RwSignal<Option<usize>>,
    /// Index of the line where the selection of several lines started.
    pub anchor: RwSignal<Option<usize>>,
    /// Index of the line whose full text is shown.
    pub open: RwSignal<Option<usize>>,
    /// Whether the view stays at the end while lines arrive.
    pub pinned: RwSignal<bool>,
    /// Number of lines when the view was last at the end. Later lines count as new.
    pub read: RwSignal<usize>,
    /// Whether long lines are wrapped.
    pub wrap: RwSignal<bool>,
    /// Result of the last copy, shown for a moment.
    pub copied: RwSignal<Option<bool>>,
    pub(super) scroll: RwSignal<f64>,
    /// Height and width of the viewport.
    pub(super) seen: RwSignal<f64>,
    pub(super) width: RwSignal<f64>,
    pub(super) node: RwSignal<Option<HtmlElement>>,
}

impl Place {
    /// Creates the state. `pinned` starts at the end, as for an unfinished run.
    pub fn new(pinned: bool) -> Self {
        Self {
            here: RwSignal::new(None),
            anchor: RwSignal::new(None),
            open: RwSignal::new(None),
            pinned: RwSignal::new(pinned),
            read: RwSignal::new(0),
            wrap: RwSignal::new(browser::recall("txjobs.wrap").is_some_and(|wrap| wrap == "on")),
            copied: RwSignal::new(None),
            scroll: RwSignal::new(0.0),
            seen: RwSignal::new(0.0),
            width: RwSignal::new(0.0),
            node: RwSignal::new(None),
        }
    }

    /// Returns the selected lines, or the current line without a selection.
    pub fn range(self) -> Option<Range> {
        let here = self.here.get()?;
        Some(Range::between(self.anchor.get().unwrap_or(here), here))
    }

    /// Returns the selected lines if there are several.
    pub fn several(self) -> Option<Range> {
        self.range().filter(|range| range.len() > 1)
    }

    /// Makes a line the current one. `extend` selects all lines between the previous one and it.
    pub fn set(self, line: usize, extend: bool) {
        let anchor = match extend {
            true => self.anchor.get_untracked().or(self.here.get_untracked()).or(Some(line)),
            false => None,
        };
        self.anchor.set(anchor);
        self.here.set(Some(line));
    }

    /// Makes a line the current one and scrolls to it.
    pub fn go(self, log: RwSignal<Log>, line: usize) {
        self.set(line, false);
        self.show(log, line);
    }

    /// Scrolls to a line if it is not visible.
    pub fn show(self, log: RwSignal<Log>, line: usize) {
        if self.pinned.get_untracked() {
            self.read.set(log.with_untracked(Log::len));
        }
        self.pinned.set(false);
        let (rows, top) = log.with_untracked(|log| (self.rows(log), log.top(log.row_of(line))));
        if !rows.is_seen(top, self.scroll.get_untracked()) {
            self.scroll_to(rows.scroll_to(top));
        }
    }

    /// Moves one row up or down from the current line, or to the first visible line without one.
    pub fn step(self, log: RwSignal<Log>, forward: bool, extend: bool) {
        let line = log.with_untracked(|log| {
            let first_seen = || log.row_at(self.rows(log).first_seen(self.scroll.get_untracked()));
            let row = match self.here.get_untracked().map(|line| log.row_of(line)) {
                Some(row) if forward => row + 1,
                Some(row) => row.saturating_sub(1),
                None => first_seen(),
            };
            log.line_of(row.min(log.rows().saturating_sub(1)))
        });
        if let Some(line) = line {
            self.set(line, extend);
            self.show(log, line);
        }
    }

    /// Scrolls to the end and stays there while lines arrive.
    pub fn go_to_end(self) {
        self.pinned.set(true);
        if let Some(node) = self.node.get_untracked() {
            self.scroll_to(f64::from(node.scroll_height()));
        }
    }

    pub(super) fn scroll_to(self, top: f64) {
        if let Some(node) = self.node.get_untracked() {
            node.set_scroll_top(top as i32);
            self.scroll.set(f64::from(node.scroll_top()));
        }
    }

    fn rows(self, log: &Log) -> Rows {
        Rows { count: log.height(), row_height: row_height(), seen: self.seen.get_untracked() }
    }

    /// Changes the filter or wrapping and keeps the current or first visible line on the screen.
    pub fn rearrange(self, log: RwSignal<Log>, change: impl FnOnce(&mut Log)) {
        let looked_at = log.with_untracked(|log| {
            let (rows, scroll) = (self.rows(log), self.scroll.get_untracked());
            let is_seen = |line: &usize| rows.is_seen(log.top(log.row_of(*line)), scroll);
            let first_seen = || log.line_of(log.row_at(rows.first_seen(scroll)));
            self.here.get_untracked().filter(is_seen).or_else(first_seen)
        });
        log.update(change);
        request_animation_frame(move || {
            if self.pinned.try_get_untracked().unwrap_or(true) {
                self.go_to_end();
            } else if let Some(line) = looked_at {
                self.show(log, line);
            }
        });
    }
}

pub(super) fn row_height() -> f64 {
    browser::css_pixels("--log-row", 20)
}
