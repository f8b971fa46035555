//! The log of one run: its lines, filter, search and wrapping.
//!
//! The log is built for a million lines. When lines are appended, only the new ones are processed.

mod decoder;
pub mod difference;
pub mod export;
mod line_range;
mod lines;
mod search;
mod wrap;

pub use decoder::{DecodedLogs, LogDecoder};
use export::{ExportFormat, LineSelection};
pub use line_range::LineRange;
pub use lines::{Level, LineView, Lines};
pub use search::Search;
use wrap::WrapLayout;
pub use wrap::{MAX_LINE_CHARS, height};

/// The lines of a run with filter, search and wrapping.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Lines,
    /// Bit set of the shown levels. Empty means all.
    levels: u8,
    /// Indices of the shown lines if a filter is set.
    shown: Vec<u32>,
    wrap: WrapLayout,
    search: Search,
    version: u32,
}

impl Log {
    /// Returns a number that changes when lines that are in the log may have another position or appearance.
    pub fn version(&self) -> u32 {
        self.version
    }

    fn change_version(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    /// Returns the number of all lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Appends lines.
    pub fn append(&mut self, lines: Lines) {
        let (before, rows) = (self.len(), self.rows());
        self.lines.append(lines);
        if self.is_filtered() {
            self.filter_from(before);
        }
        self.wrap_from(rows);
        self.search.scan(&self.lines, before);
    }

    /// Returns the number of lines with this level.
    pub fn count(&self, level: Level) -> usize {
        self.lines.count(level)
    }

    /// Returns the line at an index.
    pub fn line(&self, line: usize) -> Option<LineView<'_>> {
        self.lines.get(line)
    }

    /// Returns lines as text.
    pub fn text_of(&self, range: LineRange) -> String {
        let mut text = String::new();
        for line in range.first..=range.last {
            if let Some(view) = self.line(line) {
                ExportFormat::Text.write_line(&mut text, line, &view, line == range.first);
            }
        }
        text
    }

    /// Returns at most `max` lines to export, from a position among them on. `range` are the selected lines.
    pub fn lines_to_export(
        &self,
        selection: LineSelection,
        range: Option<LineRange>,
        position: usize,
        max: usize,
    ) -> Vec<usize> {
        let (first, end) = match (selection, range) {
            (LineSelection::All, _) => (0, self.len()),
            (LineSelection::Shown, _) => (0, self.rows()),
            (LineSelection::Selected, Some(range)) => (range.first, range.last + 1),
            (LineSelection::Selected, None) => (0, 0),
        };
        let from = first + position;
        let positions = from..(from + max).min(end);
        match selection {
            LineSelection::Shown => positions.filter_map(|row| self.line_of(row)).collect(),
            _ => positions.collect(),
        }
    }

    /// Returns whether a filter is set.
    pub fn is_filtered(&self) -> bool {
        self.levels != 0
    }

    /// Returns whether the filter includes this level.
    pub fn is_level_selected(&self, level: Level) -> bool {
        self.levels & level.bit() != 0
    }

    /// Adds a level to the filter or removes it. An empty filter shows all lines.
    pub fn toggle(&mut self, level: Level) {
        self.levels ^= level.bit();
        self.filter();
    }

    /// Clears the filter.
    pub fn show_all(&mut self) {
        self.levels = 0;
        self.filter();
    }

    fn filter(&mut self) {
        self.change_version();
        self.shown.clear();
        if self.is_filtered() {
            self.filter_from(0);
        }
        self.wrap.clear();
        self.wrap_from(0);
    }

    /// Wraps lines at a column; 0 turns wrapping off.
    pub fn set_columns(&mut self, columns: usize) {
        if self.wrap.columns != columns {
            self.change_version();
            self.wrap = WrapLayout::new(columns);
            self.wrap_from(0);
        }
    }

    fn wrap_from(&mut self, row: usize) {
        if self.wrap.columns == 0 {
            return;
        }
        for row in row..self.rows() {
            let Some(line) = self.line_of(row) else { break };
            self.wrap.push(self.lines.message(&self.lines.all[line]));
        }
    }

    /// Returns the column at which lines are wrapped; 0 without wrapping.
    pub fn columns(&self) -> usize {
        self.wrap.columns
    }

    /// Returns the height of all rows, in screen rows.
    pub fn height(&self) -> usize {
        if self.columns() == 0 { self.rows() } else { self.wrap.height() }
    }

    /// Returns the position of a row, in screen rows.
    pub fn top(&self, row: usize) -> usize {
        if self.columns() == 0 { row } else { self.wrap.top(row) }
    }

    /// Returns the row at a position in screen rows.
    pub fn row_at(&self, height: usize) -> usize {
        if self.columns() == 0 { height } else { self.wrap.row_at(height) }
    }

    fn filter_from(&mut self, first: usize) {
        let levels = self.levels;
        let lines = self.lines.all.iter().enumerate().skip(first);
        self.shown.extend(lines.filter(|(_, line)| line.level.bit() & levels != 0).map(|(at, _)| at as u32));
    }

    /// Returns the number of shown rows.
    pub fn rows(&self) -> usize {
        if self.is_filtered() { self.shown.len() } else { self.lines.len() }
    }

    /// Returns the line in a row.
    pub fn line_of(&self, row: usize) -> Option<usize> {
        if self.is_filtered() {
            self.shown.get(row).map(|line| *line as usize)
        } else {
            (row < self.lines.len()).then_some(row)
        }
    }

    /// Returns the row of a line, or the nearest row after it.
    pub fn row_of(&self, line: usize) -> usize {
        if self.is_filtered() { self.shown.partition_point(|shown| (*shown as usize) < line) } else { line }
    }

    fn is_shown(&self, line: usize) -> bool {
        !self.is_filtered() || self.lines.all.get(line).is_some_and(|l| self.levels & l.level.bit() != 0)
    }

    /// Returns the first error of all lines.
    pub fn first_error(&self) -> Option<usize> {
        self.lines.all.iter().position(|line| line.level == Level::Error)
    }

    /// Returns the next error after `line`, or the previous one before it. The search wraps around.
    pub fn error_from(&self, line: Option<usize>, forward: bool) -> Option<usize> {
        let errors = |line: &usize| self.lines.all[*line].level == Level::Error;
        let count = self.lines.len();
        if forward {
            let start = line.map_or(0, |line| line + 1).min(count);
            (start..count).chain(0..start).find(errors)
        } else {
            let start = line.unwrap_or(count).min(count);
            (0..start).rev().chain((start..count).rev()).find(errors)
        }
    }

    /// Returns the number of an error among all errors, counted from 1. `None` if the line is not an error.
    pub fn error_number(&self, line: usize) -> Option<usize> {
        if self.lines.all.get(line)?.level != Level::Error {
            return None;
        }
        Some(self.lines.all[..=line].iter().filter(|line| line.level == Level::Error).count())
    }

    /// Searches all lines for a text, ignoring case.
    pub fn search(&mut self, text: &str) {
        if self.search.start(text) {
            self.change_version();
            self.search.scan(&self.lines, 0);
        }
    }

    pub fn search_state(&self) -> &Search {
        &self.search
    }

    /// Returns the matching lines that are shown, in order.
    pub fn matches(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.search.lines().iter().map(|line| *line as usize).filter(|line| self.is_shown(*line))
    }

    /// Returns the next match after `line`, or the previous one before it. The search wraps around.
    pub fn match_from(&self, line: Option<usize>, forward: bool) -> Option<usize> {
        if forward {
            self.matches()
                .find(|found| line.is_none_or(|line| *found > line))
                .or_else(|| self.matches().next())
        } else {
            let before = self.matches().rev().find(|found| line.is_none_or(|line| *found < line));
            before.or_else(|| self.matches().next_back())
        }
    }

    /// Divides the shown rows into `parts` equal parts and returns the worst level of each part with warnings or errors.
    pub fn severity_map(&self, parts: usize) -> Vec<(usize, Level)> {
        let mut map: Vec<(usize, Level)> = Vec::new();
        let rows = self.rows();
        let parts = parts.min(rows).max(1);
        for row in 0..rows {
            let Some(line) = self.line_of(row) else { break };
            let level = self.lines.all[line].level;
            if level < Level::Warning {
                continue;
            }
            let part = row * parts / rows;
            match map.last_mut() {
                Some((last, worst)) if *last == part => *worst = level.max(*worst),
                _ => map.push((part, level)),
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::lines;
    use txjobs_sdk::Severity;

    fn log(text: &str) -> Log {
        let mut log = Log::default();
        log.append(lines(text).into_iter().collect());
        log
    }

    #[test]
    fn appended_lines_keep_their_content() {
        let mut log = log("one|warned||?odd");
        log.append(lines("error: Ünïcode").into_iter().collect());
        assert_eq!(log.len(), 5);
        assert_eq!(log.line(2).unwrap().message, "");
        assert_eq!(log.line(3).unwrap().severity, Severity::Unknown(7));
        assert_eq!(log.line(4).unwrap().message, "error: Ünïcode");
        assert_eq!(log.line(5), None);
        assert_eq!(Level::CHOICES.map(|level| log.count(level)), [2, 1, 1]);
    }

    #[test]
    fn filter_applies_to_appended_lines() {
        let mut log = log("a|e1|w1|b");
        log.toggle(Level::Error);
        log.append(lines("c|e2").into_iter().collect());
        assert_eq!((0..log.rows()).filter_map(|row| log.line_of(row)).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(log.row_of(5), 1);
        assert_eq!(log.row_of(2), 1);
        log.toggle(Level::Warning);
        assert_eq!(log.rows(), 3);
        log.toggle(Level::Warning);
        log.toggle(Level::Error);
        assert_eq!(log.rows(), 6);
        assert!(!log.is_filtered());
    }

    #[test]
    fn error_navigation_wraps_around() {
        let log = log("a|e1|b|e2|c");
        assert_eq!(log.first_error(), Some(1));
        assert_eq!(log.error_from(None, true), Some(1));
        assert_eq!(log.error_from(Some(1), true), Some(3));
        assert_eq!(log.error_from(Some(3), true), Some(1));
        assert_eq!(log.error_from(Some(1), false), Some(3));
        assert_eq!(log.error_from(None, false), Some(3));
        assert_eq!(log.error_number(3), Some(2));
        assert_eq!(log.error_number(2), None);
        assert_eq!(Log::default().error_from(None, true), None);
        assert_eq!(super::Log::default().error_from(Some(9), false), None);
    }

    #[test]
    fn search_includes_hidden_and_appended_lines() {
        let mut log = log("Fact one|e fact|nothing|w FACT");
        log.search("fact");
        assert_eq!(log.matches().collect::<Vec<_>>(), [0, 1, 3]);
        log.append(lines("factory").into_iter().collect());
        assert_eq!(log.search_state().lines().len(), 4);
        assert_eq!(log.match_from(None, true), Some(0));
        assert_eq!(log.match_from(Some(4), true), Some(0));
        assert_eq!(log.match_from(Some(3), false), Some(1));
        assert_eq!(log.match_from(Some(0), false), Some(4));
        log.toggle(Level::Error);
        assert_eq!(log.matches().collect::<Vec<_>>(), [1]);
        assert_eq!(log.search_state().lines().len(), 4);
        log.search("");
        assert_eq!(log.matches().count(), 0);
    }

    #[test]
    fn wrapped_height_follows_filter_and_appended_lines() {
        let mut log = log("aaaaaaaaaaaa|e1|b");
        log.set_columns(10);
        assert_eq!((log.height(), log.top(1), log.row_at(1), log.row_at(3)), (4, 2, 0, 2));
        log.append(lines("eeeeeeeeeeeeeeeeeeeeee").into_iter().collect());
        assert_eq!(log.height(), 7);
        log.toggle(Level::Error);
        assert_eq!((log.height(), log.top(1)), (4, 1));
        log.set_columns(0);
        assert_eq!((log.height(), log.top(1), log.row_at(1)), (2, 1, 1));
    }

    #[test]
    fn severity_map_has_the_worst_level_of_each_part() {
        let log = log("a|w|e|b|c|d|e|f");
        assert_eq!(log.severity_map(4), [(0, Level::Warning), (1, Level::Error), (3, Level::Error)]);
        assert_eq!(log.severity_map(1), [(0, Level::Error)]);
        assert_eq!(log.severity_map(1000).len(), 3);
        assert!(Log::default().severity_map(10).is_empty());
    }
}
