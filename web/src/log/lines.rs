//! Compact storage of lines: one text for all messages, plus 32 bytes for each line.

use txjobs_sdk::{Severity, Timestamp, types::JobExecutionLog};

use super::fold::TextKind;
use crate::model::sort::sorted_indices;

/// Severity in one byte. `Other` stands for all severities that the contract does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    Other,
    Information,
    Warning,
    Error,
}

impl Level {
    /// The levels that users can filter by.
    pub const CHOICES: [Self; 3] = [Self::Information, Self::Warning, Self::Error];

    /// Returns the contract's name of the level.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Other => "unknown",
        }
    }

    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Information => Self::Information,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
            Severity::Unknown(_) => Self::Other,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The time by which the line is sorted: its own one, or that of the line before it.
    sort_time: Option<Timestamp>,
    start: usize,
    length: u32,
    pub(super) level: Level,
    /// Whether the line has a time of its own.
    has_time: bool,
    pub(super) text_kind: TextKind,
}

impl Line {
    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.length as usize
    }
}

/// Lines of a log.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The messages, each followed by a line end, so that a search does not match across lines.
    pub(super) text: String,
    pub(super) all: Vec<Line>,
    /// Indices and severity numbers of the lines with level `Other`, in order.
    unknown_severities: Vec<(u32, i64)>,
    counts: [usize; 4],
    /// Number of lines of each [`TextKind`].
    text_kinds: [usize; 3],
}

/// A borrowed line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineView<'a> {
    pub severity: Severity,
    pub level: Level,
    pub time: Option<Timestamp>,
    pub message: &'a str,
}

impl Lines {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn push(&mut self, line: &JobExecutionLog) {
        self.add(line.severity, line.time_stamp, &line.message);
    }

    fn add(&mut self, severity: Severity, time: Option<Timestamp>, message: &str) {
        let line = Line {
            sort_time: time.or_else(|| self.last_time()),
            start: 0,
            length: message.len() as u32,
            level: Level::from(severity),
            has_time: time.is_some(),
            text_kind: TextKind::of(message),
        };
        self.add_line(line, severity, message);
    }

    fn add_line(&mut self, line: Line, severity: Severity, message: &str) {
        if let Severity::Unknown(number) = severity {
            self.unknown_severities.push((self.all.len() as u32, number));
        }
        self.counts[line.level as usize] += 1;
        self.text_kinds[line.text_kind as usize] += 1;
        self.all.push(Line { start: self.text.len(), ..line });
        self.text.push_str(message);
        self.text.push('\n');
    }

    fn last_time(&self) -> Option<Timestamp> {
        self.all.last().and_then(|line| line.sort_time)
    }

    /// Adds lines. They are moved instead of copied if there are none yet.
    fn append(&mut self, others: Self) {
        if self.is_empty() {
            *self = others;
            return;
        }
        let (lines, text) = (self.all.len(), self.text.len());
        self.text.push_str(&others.text);
        self.all.extend(others.all.iter().map(|line| Line { start: line.start + text, ..*line }));
        self.unknown_severities
            .extend(others.unknown_severities.iter().map(|(line, number)| (line + lines as u32, *number)));
        for (count, more) in self.counts.iter_mut().zip(others.counts) {
            *count += more;
        }
        for (count, more) in self.text_kinds.iter_mut().zip(others.text_kinds) {
            *count += more;
        }
    }

    /// Inserts lines by their time, after lines of the same time. Both logs must be sorted. Lines without a time before
    /// them are added at the end. Only lines after the first inserted one are copied. Returns where lines were inserted:
    /// for each new line that is not at the end, the index of the line that was at its place.
    pub(super) fn insert_by_time(&mut self, mut others: Self) -> Vec<u32> {
        let last_time = self.last_time();
        others
            .all
            .iter_mut()
            .take_while(|line| line.sort_time.is_none())
            .for_each(|line| line.sort_time = last_time);
        let Some(earliest) = others.all.first().and_then(|line| line.sort_time) else {
            self.append(others);
            return Vec::new();
        };
        let first = self.all.partition_point(|line| line.sort_time.is_none_or(|time| time <= earliest));
        if first == self.len() {
            self.append(others);
            return Vec::new();
        }
        let later = self.split_off(first);
        let (mut at, mut inserted_at) = (0, Vec::new());
        for (other, line) in others.all.iter().enumerate() {
            while later.all.get(at).is_some_and(|later| later.sort_time <= line.sort_time) {
                self.copy_line(&later, at);
                at += 1;
            }
            if at < later.len() {
                inserted_at.push((first + at) as u32);
            }
            self.copy_line(&others, other);
        }
        (at..later.len()).for_each(|line| self.copy_line(&later, line));
        inserted_at
    }

    /// Removes the lines from `first` on and returns them.
    fn split_off(&mut self, first: usize) -> Self {
        let mut later = Self::default();
        (first..self.len()).for_each(|line| later.copy_line(self, line));
        self.text.truncate(self.all.get(first).map_or(self.text.len(), Line::start));
        self.all.truncate(first);
        self.unknown_severities.retain(|(line, _)| (*line as usize) < first);
        for (count, fewer) in self.counts.iter_mut().zip(later.counts) {
            *count -= fewer;
        }
        for (count, fewer) in self.text_kinds.iter_mut().zip(later.text_kinds) {
            *count -= fewer;
        }
        later
    }

    fn copy_line(&mut self, from: &Self, line: usize) {
        if let (Some(stored), Some(view)) = (from.all.get(line), from.get(line)) {
            self.add_line(*stored, view.severity, view.message);
        }
    }

    /// Returns whether there are lines of a kind for which the condition is true.
    pub(super) fn has_text_kind(&self, condition: impl Fn(TextKind) -> bool) -> bool {
        let kinds = [TextKind::Ascii, TextKind::Unicode, TextKind::Folded];
        kinds.into_iter().any(|kind| self.text_kinds[kind as usize] > 0 && condition(kind))
    }

    /// Returns the time of a line, or that of the last line before it that has one.
    pub(super) fn sort_time(&self, line: usize) -> Option<Timestamp> {
        self.all.get(line).and_then(|line| line.sort_time)
    }

    /// Returns the number of lines with this level.
    pub fn count(&self, level: Level) -> usize {
        self.counts[level as usize]
    }

    /// Returns the line at an index.
    pub fn get(&self, line: usize) -> Option<LineView<'_>> {
        let stored = self.all.get(line)?;
        let severity = match stored.level {
            Level::Information => Severity::Information,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
            Level::Other => {
                let at = self.unknown_severities.partition_point(|(other, _)| (*other as usize) < line);
                Severity::Unknown(self.unknown_severities.get(at).map_or(-1, |(_, number)| *number))
            }
        };
        Some(LineView {
            severity,
            level: stored.level,
            time: stored.sort_time.filter(|_| stored.has_time),
            message: self.message(stored),
        })
    }

    pub(super) fn message(&self, line: &Line) -> &str {
        &self.text[line.start()..line.end()]
    }

    /// Returns the lines `first..last`.
    #[must_use]
    pub fn slice(self, first: usize, last: usize) -> Self {
        if first == 0 && last == self.len() {
            return self;
        }
        let mut part = Self::default();
        for view in (first..last).filter_map(|line| self.get(line)) {
            part.add(view.severity, view.time, view.message);
        }
        part
    }

    fn copy_lines(&self, lines: impl IntoIterator<Item = usize>) -> Self {
        let mut copy = Self::default();
        lines.into_iter().for_each(|line| copy.copy_line(self, line));
        copy
    }

    /// Sorts by time, then by position. A line without a time stays after the line before it. The contract guarantees no
    /// order, but most servers sort, so nothing is copied if the lines are already sorted.
    #[must_use]
    pub fn sorted_by_time(self) -> Self {
        if self.all.is_sorted_by_key(|line| line.sort_time) {
            return self;
        }
        let time = |line: usize| self.all[line].sort_time;
        let earliest_first = sorted_indices(self.len(), &|a, b| time(a).cmp(&time(b)));
        self.copy_lines(earliest_first)
    }
}

impl FromIterator<JobExecutionLog> for Lines {
    fn from_iter<I: IntoIterator<Item = JobExecutionLog>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|line| all.push(&line));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::lines;

    fn messages(lines: &Lines) -> Vec<&str> {
        (0..lines.len()).map(|at| lines.get(at).unwrap().message).collect()
    }

    #[test]
    fn appended_lines_keep_their_unknown_severities() {
        let mut all: Lines = lines("a|?odd").into_iter().collect();
        let mut later = lines("?odder|e");
        later[0].severity = Severity::Unknown(9);
        all.append(later.into_iter().collect());
        assert_eq!(messages(&all), ["a", "?odd", "?odder", "e"]);
        let severity = |at| all.get(at).unwrap().severity;
        assert_eq!((severity(1), severity(2)), (Severity::Unknown(7), Severity::Unknown(9)));
        assert_eq!((all.count(Level::Other), all.count(Level::Error)), (2, 1));
        assert_eq!(messages(&all.slice(1, 3)), ["?odd", "?odder"]);
    }

    /// Creates lines from texts such as `3 three|untimed`, which begin with the second of their time.
    fn timed_lines(text: &str) -> Lines {
        let mut all = lines(text);
        for line in &mut all {
            let second = line.message.split(' ').next().and_then(|second| second.parse().ok());
            line.time_stamp = second.map(|second| Timestamp::from_unix(second, 0));
        }
        all.into_iter().collect()
    }

    #[test]
    fn lines_are_sorted_by_time_and_position() {
        let sorted = timed_lines("2 b|1 ?a|untimed|2 c").sorted_by_time();
        assert_eq!(messages(&sorted), ["1 ?a", "untimed", "2 b", "2 c"]);
        assert_eq!(sorted.get(1).unwrap().time, None);
        assert_eq!(messages(&timed_lines("x|y").sorted_by_time()), ["x", "y"]);
    }

    #[test]
    fn late_lines_are_inserted_by_time() {
        let mut all = timed_lines("1 a|3 b|untimed|5 c");
        assert_eq!(all.insert_by_time(timed_lines("5 d|6 e")), [0u32; 0]);
        assert_eq!(all.insert_by_time(timed_lines("0 x|3 y|4 z|9 end")), [0, 3, 3]);
        assert_eq!(
            messages(&all),
            ["0 x", "1 a", "3 b", "untimed", "3 y", "4 z", "5 c", "5 d", "6 e", "9 end"]
        );
        assert_eq!(all.sort_time(3), Some(Timestamp::from_unix(3, 0)));
        assert_eq!(all.get(3).unwrap().time, None);
        assert_eq!(all.insert_by_time(timed_lines("more")), [0u32; 0], "the line follows the last one");
        assert_eq!(messages(&all).last(), Some(&"more"));
    }

    #[test]
    fn inserted_lines_keep_severities_and_counts() {
        let mut all = timed_lines("1 a|3 b");
        let mut odd = lines("?odd|e");
        odd[0].time_stamp = Some(Timestamp::from_unix(2, 0));
        all.insert_by_time(odd.into_iter().collect());
        assert_eq!(messages(&all), ["1 a", "?odd", "e", "3 b"]);
        assert_eq!(all.get(1).unwrap().severity, Severity::Unknown(7));
        let counts = [Level::Other, Level::Information, Level::Error].map(|level| all.count(level));
        assert_eq!(counts, [1, 2, 1]);
        assert_eq!(messages(&all.slice(1, 3)), ["?odd", "e"]);
    }
}
