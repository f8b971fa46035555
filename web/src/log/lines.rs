//! Compact storage of lines: one text for all messages, plus 32 bytes for each line.

use txjobs_sdk::{Severity, Timestamp, types::JobExecutionLog};

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
    time: Option<Timestamp>,
    start: usize,
    length: u32,
    pub(super) level: Level,
}

impl Line {
    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.length as usize
    }
}

/// Lines in the order of their arrival.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The messages, each followed by a line end, so that a search does not match across lines.
    pub(super) text: String,
    pub(super) all: Vec<Line>,
    /// Indices and severity numbers of the lines with level `Other`, in order.
    unknown_severities: Vec<(u32, i64)>,
    counts: [usize; 4],
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
        let level = Level::from(severity);
        if let Severity::Unknown(number) = severity {
            self.unknown_severities.push((self.all.len() as u32, number));
        }
        self.counts[level as usize] += 1;
        let start = self.text.len();
        self.text.push_str(message);
        self.text.push('\n');
        self.all.push(Line { time, start, length: message.len() as u32, level });
    }

    /// Appends lines. They are moved instead of copied if there are none yet.
    pub fn append(&mut self, others: Self) {
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
        Some(LineView { severity, level: stored.level, time: stored.time, message: self.message(stored) })
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
        self.copy_lines(first..last)
    }

    fn copy_lines(&self, lines: impl IntoIterator<Item = usize>) -> Self {
        let mut copy = Self::default();
        for line in lines.into_iter().filter_map(|line| self.get(line)) {
            copy.add(line.severity, line.time, line.message);
        }
        copy
    }

    /// Sorts by time, then by position. If a line has no time, all lines keep their position. The contract guarantees no
    /// order, but most servers sort, so nothing is copied if the lines are already sorted.
    #[must_use]
    pub fn sorted_by_time(self) -> Self {
        let is_timed = self.all.iter().all(|line| line.time.is_some());
        if !is_timed || self.all.is_sorted_by_key(|line| line.time) {
            return self;
        }
        let mut earliest_first: Vec<_> = (0..self.len()).collect();
        earliest_first.sort_by(|&a, &b| self.all[a].time.cmp(&self.all[b].time));
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

    #[test]
    fn lines_are_sorted_only_if_all_have_a_time() {
        let mut three = lines("b|?a|c");
        for (line, second) in three.iter_mut().zip([2, 1, 2]) {
            line.time_stamp = Some(Timestamp::from_unix(second, 0));
        }
        let ordered = three.iter().cloned().collect::<Lines>().sorted_by_time();
        assert_eq!(messages(&ordered), ["?a", "b", "c"]);
        assert_eq!(ordered.get(0).unwrap().severity, Severity::Unknown(7));
        three[2].time_stamp = None;
        assert_eq!(messages(&three.into_iter().collect::<Lines>().sorted_by_time()), ["b", "?a", "c"]);
    }
}
