//! Decides what happens to the due times of a job.

use txjobs_store::time::Micros;

use crate::schedule::{CatchUp, JobSchedule};

/// How late a run may start if its job does not catch up, in microseconds. A run that starts later says so in its log.
pub(super) const MAX_DELAY: Micros = 60_000_000;

/// What to do about due times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Start a run for a due time.
    Start {
        /// The due time.
        due_time: Micros,
        /// The number of earlier due times that get no run.
        missed: u64,
    },
    /// Mark due times as handled without a run.
    Skip {
        /// The latest of them.
        until: Micros,
        /// Their number.
        missed: u64,
    },
}

/// Returns what to do now about the due times that are not handled. `None`: nothing is due, or the job must become idle first.
pub(super) fn next_action(
    schedule: &JobSchedule,
    handled_until: Micros,
    now: Micros,
    is_idle: bool,
) -> Option<Action> {
    let due_times = schedule.due_times.as_ref()?;
    if schedule.catch_up == CatchUp::None
        // A due time that is exactly a minute old can still start.
        && let Some(late) = due_times.between(handled_until, now.saturating_sub(MAX_DELAY + 1))
    {
        return Some(Action::Skip { until: late.latest, missed: late.earlier + 1 });
    }
    if !is_idle {
        return None;
    }
    let due = due_times.between(handled_until, now)?;
    Some(Action::Start { due_time: due.latest, missed: due.earlier })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::DueTimes;

    const MINUTE: Micros = 60_000_000;

    fn every_ten_minutes(catch_up: CatchUp) -> JobSchedule {
        let due_times = DueTimes::new("*/10 * * * *".parse().unwrap(), "UTC").unwrap();
        JobSchedule { due_times: Some(due_times), catch_up, after: Vec::new() }
    }

    #[test]
    fn due_time_waits_for_an_idle_job() {
        let schedule = every_ten_minutes(CatchUp::Latest);
        let action = |now, is_idle| next_action(&schedule, 0, now, is_idle);
        assert_eq!(action(10 * MINUTE - 1, true), None);
        assert_eq!(action(10 * MINUTE, true), Some(Action::Start { due_time: 10 * MINUTE, missed: 0 }));
        assert_eq!(action(35 * MINUTE, false), None);
        assert_eq!(action(35 * MINUTE, true), Some(Action::Start { due_time: 30 * MINUTE, missed: 2 }));
        // The clock was set back.
        assert_eq!(next_action(&schedule, 30 * MINUTE, 15 * MINUTE, true), None);
    }

    #[test]
    fn due_time_that_is_over_a_minute_late_is_skipped() {
        let schedule = every_ten_minutes(CatchUp::None);
        let action = |now, is_idle| next_action(&schedule, 0, now, is_idle);
        assert_eq!(action(10 * MINUTE, false), None);
        assert_eq!(action(11 * MINUTE, true), Some(Action::Start { due_time: 10 * MINUTE, missed: 0 }));
        for is_idle in [false, true] {
            let expected = Some(Action::Skip { until: 10 * MINUTE, missed: 1 });
            assert_eq!(action(11 * MINUTE + 1, is_idle), expected);
            let expected = Some(Action::Skip { until: 20 * MINUTE, missed: 2 });
            assert_eq!(action(30 * MINUTE, is_idle), expected);
        }
        // The due times after the skipped ones are decided next.
        let expected = Some(Action::Start { due_time: 30 * MINUTE, missed: 0 });
        assert_eq!(next_action(&schedule, 20 * MINUTE, 30 * MINUTE, true), expected);
    }

    #[test]
    fn job_without_due_times_has_no_action() {
        let schedule = JobSchedule { due_times: None, catch_up: CatchUp::Latest, after: Vec::new() };
        assert_eq!(next_action(&schedule, 0, Micros::MAX, true), None);
    }
}
