//! How reliable and how fast a job is, over its loaded runs.

use std::time::Duration;

use txjobs_sdk::ExecutionState;

use crate::model::{history::RunSummary, sort::sorted_indices};

/// A change of the duration is reported if at least this many runs lie on each side of it.
const MIN_RUNS: usize = 3;
/// Number of runs on each side that a change is computed from.
const MAX_RUNS: usize = 10;

/// Success rate of runs that have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessRate {
    /// Runs that completed, with or without warnings.
    pub succeeded: usize,
    pub ended: usize,
}

impl SuccessRate {
    /// Returns the rate of these runs. `None` if none has ended.
    pub fn of(runs: &[RunSummary]) -> Option<Self> {
        let ended = runs.iter().filter(|run| run.state.is_final()).count();
        let succeeded = runs.iter().filter(|run| is_success(run.state)).count();
        (ended > 0).then_some(Self { succeeded, ended })
    }

    /// Returns the rate in percent. Rounded down, so that 100 means that all runs succeeded.
    pub const fn percent(self) -> usize {
        self.succeeded * 100 / self.ended
    }
}

fn is_success(state: ExecutionState) -> bool {
    matches!(state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings)
}

/// A job became slower from one run to the next, and stayed slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slowdown {
    /// The last run before the change.
    pub before: RunSummary,
    /// The first slow run.
    pub after: RunSummary,
    /// Median duration before the change.
    pub usual_before: Duration,
    /// Median duration since the change.
    pub usual_after: Duration,
}

impl Slowdown {
    /// Finds the latest lasting slowdown of the successful runs, which are sorted newest first: the median since then is
    /// more than 1.5 times the median before, and at least a second longer.
    pub fn find(runs: &[RunSummary]) -> Option<Self> {
        let timed: Vec<(RunSummary, Duration)> = runs
            .iter()
            .filter(|run| is_success(run.state))
            .filter_map(|run| Some((*run, run.ended?.since(run.created?)?)))
            .collect();
        let is_slower = |before: Duration, after: Duration| {
            after > before * 3 / 2 && after >= before + Duration::from_secs(1)
        };
        (MIN_RUNS..=timed.len().checked_sub(MIN_RUNS)?).find_map(|split| {
            let (newer, older) = timed.split_at(split);
            let older = &older[..older.len().min(MAX_RUNS)];
            let (usual_before, usual_after) = (median(older)?, median(newer)?);
            let (after, before) = (newer.last()?, older.first()?);
            // The change lies between two runs: the older is still fast, and every newer one is slow.
            let is_change = !is_slower(usual_before, before.1)
                && newer.iter().all(|(_, duration)| is_slower(usual_before, *duration));
            is_change.then_some(Self { before: before.0, after: after.0, usual_before, usual_after })
        })
    }
}

/// Returns the median duration. For an even number, this is the greater of the two middle values.
fn median(runs: &[(RunSummary, Duration)]) -> Option<Duration> {
    let shortest_first = sorted_indices(runs.len(), &|a, b| runs[a].1.cmp(&runs[b].1));
    shortest_first.get(runs.len() / 2).map(|&at| runs[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data;

    /// Creates runs with these durations in seconds, newest first. A zero is a failed run.
    fn runs(seconds: &[u32]) -> Vec<RunSummary> {
        let run = |(index, seconds): (usize, &u32)| {
            let state = if *seconds == 0 { ExecutionState::Failed } else { ExecutionState::Completed };
            let created = format!("2026-03-{:02}T02:00:00Z", 28 - index);
            let ended = format!("2026-03-{:02}T02:{:02}:{:02}Z", 28 - index, seconds / 60, seconds % 60);
            RunSummary::from_execution(&test_data::run(state, &created, &ended))
        };
        seconds.iter().enumerate().map(run).collect()
    }

    #[test]
    fn rate_is_never_rounded_up_to_all() {
        let mut all = runs(&[10; 20]);
        assert_eq!(SuccessRate::of(&all).map(SuccessRate::percent), Some(100));
        all.extend(runs(&[0]));
        all.extend(runs(&[10; 9]));
        let rate = SuccessRate::of(&all).unwrap();
        assert_eq!((rate.succeeded, rate.ended, rate.percent()), (29, 30, 96));
        assert_eq!(SuccessRate::of(&[]), None);
    }

    #[test]
    fn slowdown_is_found_between_the_last_fast_and_the_first_slow_run() {
        let all = runs(&[31, 0, 30, 33, 29, 11, 10, 12, 11]);
        let found = Slowdown::find(&all).unwrap();
        assert_eq!((found.before, found.after), (all[5], all[4]));
        assert_eq!(found.usual_before, Duration::from_secs(11));
        assert_eq!(found.usual_after, Duration::from_secs(31));
    }

    #[test]
    fn steady_or_single_slow_runs_are_no_slowdown() {
        assert_eq!(Slowdown::find(&runs(&[11, 10, 12, 11, 10, 11, 12])), None);
        assert_eq!(Slowdown::find(&runs(&[40, 10, 12, 11, 10, 11, 12])), None, "one slow run");
        assert_eq!(Slowdown::find(&runs(&[10, 11, 40, 41, 42, 11, 12, 10])), None, "it recovered");
        assert_eq!(Slowdown::find(&runs(&[40, 41])), None);
        assert_eq!(Slowdown::find(&[]), None);
    }
}
