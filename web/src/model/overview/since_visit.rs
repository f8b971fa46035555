//! What failed or has warnings since the last visit.

use std::{collections::HashMap, fmt, str::FromStr};

use txjobs_sdk::types::JobId;

use super::{outcome::severity, run_list::JobRun};
use crate::model::{history::History, sort::sorted_indices};

/// A visit ends after this time without the page, in milliseconds.
const VISIT_GAP: i64 = 30 * 60_000;

/// The times of the last visits. Saved for each server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// Until when the user has seen the runs, in milliseconds since 1970. Zero before the first visit.
    pub seen_until: i64,
    /// When the page was open last, in milliseconds since 1970.
    pub last_open: i64,
}

impl Visits {
    /// Returns the times after the page was open at `now`. After a gap, a new visit begins: what happened since the page
    /// was open last is new.
    #[must_use]
    pub fn at(self, now: i64) -> Self {
        let is_new = now - self.last_open > VISIT_GAP;
        // A clock that was set back must not hide new runs.
        let seen_until = if is_new { self.last_open } else { self.seen_until }.min(now);
        Self { seen_until, last_open: now }
    }

    /// Returns the times after the user has read the list.
    #[must_use]
    pub fn all_seen(self, now: i64) -> Self {
        Self { seen_until: now, last_open: now }
    }
}

impl fmt::Display for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seen_until, self.last_open)
    }
}

impl FromStr for Visits {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seen_until, last_open) = text.split_once(' ').unwrap_or((text, text));
        Ok(Self { seen_until: seen_until.parse()?, last_open: last_open.parse()? })
    }
}

/// Returns the runs that ended after `seen_until` with errors or warnings, the worst and then the newest first.
pub fn unseen_problems(histories: &HashMap<JobId, History>, seen_until: i64) -> Vec<JobRun> {
    let found: Vec<_> = histories
        .iter()
        .flat_map(|(job, history)| history.runs.iter().map(|run| JobRun { job: *job, run: *run }))
        .filter(|JobRun { run, .. }| {
            let ended = run.ended.or(run.created);
            severity(run.state) > 0 && ended.is_some_and(|ended| ended.unix_millis() > seen_until)
        })
        .collect();
    let rank = |at: usize| (severity(found[at].run.state), found[at].run.created);
    let order = sorted_indices(found.len(), &|a, b| {
        rank(b).cmp(&rank(a)).then_with(|| found[a].job.cmp(&found[b].job))
    });
    order.into_iter().map(|at| found[at]).collect()
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::ExecutionState;

    use super::*;
    use crate::test_data::run;

    #[test]
    fn visit_continues_until_the_page_was_closed_for_a_while() {
        let minute = 60_000;
        let first = Visits::default().at(100 * minute);
        assert_eq!(first, Visits { seen_until: 0, last_open: 100 * minute });
        let reloaded = first.at(110 * minute);
        assert_eq!(reloaded.seen_until, 0, "a reload does not end the visit");
        let next_day = reloaded.at(2_000 * minute);
        assert_eq!(next_day.seen_until, 110 * minute);
        assert_eq!(next_day.all_seen(2_001 * minute).seen_until, 2_001 * minute);
        assert_eq!(next_day.at(minute).seen_until, minute, "the clock was set back");
        assert_eq!(next_day.to_string().parse(), Ok(next_day));
        assert!("x".parse::<Visits>().is_err());
    }

    #[test]
    fn problems_since_the_last_visit_are_sorted_by_severity() {
        use ExecutionState as S;
        let runs = [
            run(S::CompletedWithWarnings, "2026-03-14T04:00:00Z", "2026-03-14T04:00:10Z"),
            run(S::Failed, "2026-03-14T03:00:00Z", "2026-03-14T03:00:10Z"),
            run(S::Completed, "2026-03-14T02:30:00Z", "2026-03-14T02:30:10Z"),
            run(S::Failed, "2026-03-14T01:59:00Z", "2026-03-14T02:01:10Z"),
            run(S::Failed, "2026-03-13T02:00:00Z", "2026-03-13T02:00:10Z"),
        ];
        let histories = HashMap::from([(JobId(Default::default()), History::from_executions(&runs, 0.0))]);
        let seen_until = "2026-03-14T02:00:00Z".parse::<txjobs_sdk::Timestamp>().unwrap().unix_millis();
        let states: Vec<_> =
            unseen_problems(&histories, seen_until).into_iter().map(|found| found.run.created).collect();
        let expected = ["2026-03-14T03:00:00Z", "2026-03-14T01:59:00Z", "2026-03-14T04:00:00Z"];
        assert_eq!(states, expected.map(|time| time.parse().ok()));
    }
}
