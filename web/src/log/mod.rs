//! The log of one run: its lines, filter, search and wrapping.
//!
//! The log is built for a million lines. When lines are appended, only the new ones are processed.

mod decoder;
pub mod difference;
pub mod export;
mod fold;
mod line_range;
mod lines;
mod search;
mod wrap;

pub use decoder::{DecodedLogs, LogDecoder};
use export::{ExportFormat, LineSelection};
pub use line_range::LineRange;
pub use lines::{Level, LineView, Lines};
pub use search::Search;
use txjobs_sdk::Timestamp;
use wrap::WrapLayout;
pub use wrap::{MAX_LINE_CHARS, height};

use crate::model::format::{self, Zone};

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
    /// Each time lines were inserted between other lines, the indices of the lines that were at their places.
    insertions: Vec<Vec<u32>>,
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

    /// Adds lines at their place by time. [`line_after_insertions`](Self::line_after_insertions) tells where other lines
    /// have moved.
    pub fn append(&mut self, lines: Lines) {
        let (before, rows) = (self.len(), self.rows());
        let inserted_at = self.lines.insert_by_time(lines.sorted_by_time());
        let (first, first_row) = match inserted_at.first() {
            // Rows before the insertion keep their positions.
            Some(line) => (*line as usize, self.row_of(*line as usize)),
            None => (before, rows),
        };
        if !inserted_at.is_empty() {
            self.change_version();
            self.insertions.push(inserted_at);
        }
        if self.is_filtered() {
            self.shown.truncate(first_row);
            self.filter_from(first);
        }
        self.wrap_from(first_row);
        self.search.scan(&self.lines, first);
    }

    /// Returns how many times lines were inserted between other lines.
    pub fn insertion_count(&self) -> usize {
        self.insertions.len()
    }

    /// Returns where a line is now that was at this index after `insertion_count` insertions.
    pub fn line_after_insertions(&self, line: usize, insertion_count: usize) -> usize {
        let later = self.insertions.iter().skip(insertion_count);
        later.fold(line, |line, inserted_at| line + inserted_at.partition_point(|at| *at as usize <= line))
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

    /// Returns lines as text, each on one line as the log shows it.
    pub fn row_texts(&self, lines: impl IntoIterator<Item = usize>) -> String {
        let mut text = String::new();
        for view in lines.into_iter().filter_map(|line| self.line(line)) {
            export::write_text_line(&mut text, &view, &format::joined_lines(view.message.trim_end()));
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
        self.wrap.truncate(row);
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

    /// Returns the time of a line if it is of another day than the shown line before it.
    pub fn day_start(&self, line: usize, zone: Zone) -> Option<Timestamp> {
        let before = self.line_of(self.row_of(line).checked_sub(1)?)?;
        let (before, time) = (self.lines.sort_time(before)?, self.lines.sort_time(line)?);
        (zone.day(before) != zone.day(time)).then_some(time)
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

    /// Returns whether a row of the log shows a match of the line.
    pub fn is_match_in_row(&self, line: usize) -> bool {
        let message = self.line(line).map_or("", |view| view.message);
        self.search.first_match(format::first_chars(message, MAX_LINE_CHARS).0).is_some()
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
    use txjobs_sdk::Severity;

    use super::*;
    use crate::test_data::lines;

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

    /// Creates lines from texts such as `3 three`, which begin with the second of their time.
    fn timed(text: &str) -> Lines {
        let mut all = lines(text);
        for line in &mut all {
            let second = line.message.trim_start_matches(['e', 'w']).split(' ').next().unwrap();
            line.time_stamp = Some(Timestamp::from_unix(second.parse().unwrap(), 0));
        }
        all.into_iter().collect()
    }

    #[test]
    fn late_lines_keep_filter_wrapping_and_search_right() {
        let mut log = Log::default();
        log.append(timed("1 a|e3 aaaaaaaaaaaaaaaaaaaa|5 a|e7 b"));
        log.toggle(Level::Error);
        log.set_columns(10);
        log.search("a");
        let version = log.version();
        log.append(timed("e2 late a|e4 late a|6 late|e9 a"));
        assert_ne!(log.version(), version);
        let shown: Vec<_> = (0..log.rows()).filter_map(|row| log.line_of(row)).collect();
        assert_eq!(shown, [1, 2, 3, 6, 7]);
        assert_eq!(log.search_state().lines(), [0, 1, 2, 3, 4, 5, 7]);
        assert_eq!((log.top(1), log.top(2), log.top(3), log.height()), (1, 4, 5, 7));
        assert_eq!([0, 1, 2, 3].map(|line| log.line_after_insertions(line, 0)), [0, 2, 4, 6]);
        log.append(timed("0 first"));
        assert_eq!((log.insertion_count(), log.line_after_insertions(3, 0)), (2, 7));
        assert_eq!((log.line_after_insertions(6, 1), log.line_after_insertions(5, 2)), (7, 5));
    }

    #[test]
    fn day_starts_at_the_first_shown_line_of_another_day() {
        let mut log = Log::default();
        log.append(timed("10 a|86399 b|w86400 c|86401 d|e200000 e"));
        let days = |log: &Log| -> Vec<_> {
            let starts_day = |line: &usize| log.day_start(*line, Zone::UTC).is_some();
            (0..log.rows()).filter_map(|row| log.line_of(row)).filter(starts_day).collect()
        };
        assert_eq!(days(&log), [2, 4]);
        log.toggle(Level::Information);
        assert_eq!(days(&log), [3]);
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
