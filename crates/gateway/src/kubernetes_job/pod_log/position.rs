//! How far the log of a pod was read.

use serde::{Deserialize, Serialize};

/// How far the log of a pod was read.
///
/// The API server can start a log at a second, but not at a line. So the lines since the beginning of the second before the latest
/// one are counted, and skipped when the log is read again. One second more than necessary, because lines of standard output and
/// standard error are not always in the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kubernetes_job) struct LogPosition {
    /// The latest second, since 1970. Zero: nothing was read.
    second: i64,
    /// The lines of the second before it, and of itself.
    counts: [u64; 2],
}

impl LogPosition {
    /// Adds a line that was read. A line without a time counts as one of the latest second.
    pub fn add(&mut self, second: Option<i64>) {
        let second = second.unwrap_or(self.second);
        match second.saturating_sub(self.second) {
            0 => self.counts[1] += 1,
            -1 => self.counts[0] += 1,
            1 => *self = Self { second, counts: [self.counts[1], 1] },
            2.. => *self = Self { second, counts: [0, 1] },
            // A log that is read again does not begin so early.
            _ => {}
        }
    }

    /// Returns the second at which the log is read again. `None`: from its beginning.
    pub fn since(&self) -> Option<i64> {
        (self.second > 0).then(|| self.second - 1)
    }

    /// Returns what skips the lines that were read before.
    pub fn skip(&self) -> Skip {
        Skip { latest: self.second, since: self.since(), remaining: self.counts.iter().sum() }
    }
}

/// Skips the lines of a log that were read before.
#[derive(Clone, Debug, Default)]
pub(in crate::kubernetes_job) struct Skip {
    latest: i64,
    since: Option<i64>,
    remaining: u64,
}

impl Skip {
    /// Returns whether the line was read before. Call it once for each line.
    pub fn is_known(&mut self, second: Option<i64>) -> bool {
        if self.remaining == 0 {
            return false;
        }
        let second = second.unwrap_or(self.latest);
        if second > self.latest {
            // The kubelet has begun another file, which does not have all the lines.
            self.remaining = 0;
            return false;
        }
        if self.since.is_none_or(|since| second >= since) {
            self.remaining -= 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads these lines again after the first `read` ones, and returns the new ones.
    fn read_again(seconds: &[i64], read: usize) -> Vec<usize> {
        let mut position = LogPosition::default();
        seconds[..read].iter().for_each(|second| position.add(Some(*second)));
        let since = position.since().unwrap_or_default();
        let mut skip = position.skip();
        let again = seconds.iter().enumerate().filter(|(_, second)| **second >= since);
        again.filter(|(_, second)| !skip.is_known(Some(**second))).map(|(index, _)| index).collect()
    }

    #[test]
    fn lines_are_neither_repeated_nor_lost_wherever_the_log_breaks() {
        for seconds in [&[10, 10, 10, 11, 12, 12, 20, 20][..], &[10, 11, 10, 12, 11, 12, 13], &[5, 5, 5]] {
            for read in 0..=seconds.len() {
                let rest: Vec<_> = (read..seconds.len()).collect();
                assert_eq!(read_again(seconds, read), rest, "{seconds:?} {read}");
            }
        }
    }

    #[test]
    fn file_that_was_rotated_has_new_lines_only() {
        let mut position = LogPosition::default();
        [10, 10, 10].iter().for_each(|second| position.add(Some(*second)));
        let mut skip = position.skip();
        assert!(skip.is_known(Some(10)));
        assert!(!skip.is_known(Some(11)));
        assert!(!skip.is_known(Some(11)));
    }
}
