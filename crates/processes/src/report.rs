//! The lines of a run's log about processes that were ended.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use txjobs_sdk::Severity;

/// The most names in a line.
const MAX_NAMES: usize = 10;

/// ProcessName and id of a process: `python3 (4711)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessName(String);

/// Processes by their start time and id, so that they are in the order in which they were started.
pub type Names<T = ProcessName> = BTreeMap<(u64, i32), T>;

/// How the processes of a run were ended.
#[derive(Debug, Default)]
pub struct Report {
    /// The processes that ended after SIGTERM, without the command itself.
    pub ended: Names,
    /// The processes that ended only after SIGKILL.
    pub killed: Names,
    /// The time between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// The processes that did not end, with the reasons.
    pub remaining: Names<(ProcessName, String)>,
    /// The reason why the remaining processes are not known.
    pub search_error: Option<String>,
}

impl ProcessName {
    /// Creates a name. Control characters are replaced: a process may choose any name.
    #[cfg(any(target_os = "linux", test))]
    pub fn new(name: &str, pid: i32) -> Self {
        let printable: String = name.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        Self(format!("{printable} ({pid})"))
    }
}

impl Display for ProcessName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Report {
    /// Returns the lines for the log of the run. `has_exited` is whether the command exited before its processes were ended.
    pub fn lines(&self, has_exited: bool) -> Vec<(Severity, String)> {
        let mut lines = Vec::new();
        if !self.ended.is_empty() {
            let names = join_names(self.ended.values());
            let text = match has_exited {
                true => format!("The command left processes running behind it, which were ended: {names}."),
                false => format!("Ended with the command: {names}."),
            };
            lines.push((Severity::Information, text));
        }
        if !self.killed.is_empty() {
            let names = join_names(self.killed.values());
            lines.push((
                Severity::Information,
                format!("Killed {} after SIGTERM: {names}.", rounded(self.grace)),
            ));
        }
        if !self.remaining.is_empty() {
            let reasons = self.remaining.values().map(|(name, reason)| format!("{name}, {reason}"));
            lines.push((Severity::Warning, format!("Could not be ended: {}.", join_names(reasons))));
        }
        if let Some(error) = &self.search_error {
            let text = format!("It is not known whether all processes of the command have ended: {error}.");
            lines.push((Severity::Warning, text));
        }
        lines
    }
}

/// Joins the names, or the first ten of more.
pub fn join_names<T: Display>(names: impl ExactSizeIterator<Item = T>) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let mut shown: Vec<_> = names.take(MAX_NAMES).map(|name| name.to_string()).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

/// Rounds to whole seconds, or below one second to whole milliseconds.
fn rounded(time: Duration) -> humantime::FormattedDuration {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let millis = if millis < 1000 { millis } else { (millis + 500) / 1000 * 1000 };
    humantime::format_duration(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pids: std::ops::RangeInclusive<i32>) -> Names {
        pids.map(|pid| ((0, pid), ProcessName::new("sleep", pid))).collect()
    }

    #[test]
    fn lines_name_ended_killed_and_remaining_processes() {
        let report = Report {
            ended: names(1..=12),
            killed: names(20..=20),
            grace: Duration::from_millis(5003),
            remaining: [((0, 30), (ProcessName::new("su\ndo", 30), "Operation not permitted".to_owned()))]
                .into(),
            search_error: None,
        };
        let lines: Vec<_> =
            report.lines(true).into_iter().map(|(severity, text)| (severity.number(), text)).collect();
        let shown: Vec<_> = (1..=10).map(|pid| format!("sleep ({pid})")).collect();
        let ended = format!(
            "The command left processes running behind it, which were ended: {}, and 2 more.",
            shown.join(", ")
        );
        assert_eq!(
            lines,
            [
                (0, ended),
                (0, "Killed 5s after SIGTERM: sleep (20).".to_owned()),
                (1, "Could not be ended: su?do (30), Operation not permitted.".to_owned()),
            ]
        );
        assert!(report.lines(false)[0].1.starts_with("Ended with the command: sleep (1), "));
        assert!(Report::default().lines(true).is_empty());
    }
}
