//! Decides when the history of a job is loaded, and when loading is tried again after an error.
//!
//! All times are milliseconds of the page's monotonic clock.

use std::collections::HashMap;

use txjobs_sdk::types::JobId;

use crate::model::history::History;

/// Age after which a history on the screen is loaded again, because a short run can begin and end between two polls.
const MAX_AGE: f64 = 60_000.0;
/// Age after which the history of an idle job is loaded again if its newest run has not ended there: the server may
/// have answered from older data.
const MAX_UNFINISHED_AGE: f64 = 3_000.0;
/// Loading again takes at most this part of the time, because some servers send a history with all its log lines.
const MAX_LOAD: f64 = 0.05;
/// Delay after the first error. Each further one doubles it.
const RETRY_DELAY: f64 = 4_000.0;
const MAX_RETRY_DELAY: f64 = 5.0 * 60_000.0;

/// What is known about the loading of one history.
#[derive(Debug)]
struct Entry {
    /// When a run of the job began or ended last, as far as the statuses tell.
    changed_at: f64,
    /// How long the last load took.
    load_time: f64,
    /// Number of errors since the last success.
    errors: i32,
    retry_at: f64,
}

impl Default for Entry {
    fn default() -> Self {
        Self { changed_at: f64::NEG_INFINITY, load_time: 0.0, errors: 0, retry_at: f64::NEG_INFINITY }
    }
}

/// Decides when histories are loaded.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    entries: HashMap<JobId, Entry>,
    /// Histories from before this time are outdated.
    refreshed_at: Option<f64>,
}

impl Schedule {
    /// Records that a run of a job began or ended.
    pub(super) fn mark_changed(&mut self, job: JobId, now: f64) {
        self.entries.entry(job).or_default().changed_at = now;
    }

    /// Records that the user requested new data. This also ends the delays after errors.
    pub(super) fn mark_refreshed(&mut self, now: f64) {
        self.refreshed_at = Some(now);
        self.entries.values_mut().for_each(|entry| entry.retry_at = now);
    }

    /// Records that a history was loaded.
    pub(super) fn mark_loaded(&mut self, job: JobId, load_time: f64) {
        let entry = self.entries.entry(job).or_default();
        (entry.load_time, entry.errors) = (load_time, 0);
    }

    /// Records that a history could not be loaded.
    pub(super) fn mark_failed(&mut self, job: JobId, now: f64) {
        let entry = self.entries.entry(job).or_default();
        entry.retry_at = now + (RETRY_DELAY * 2f64.powi(entry.errors)).min(MAX_RETRY_DELAY);
        entry.errors = (entry.errors + 1).min(16);
    }

    /// Returns the age after which the histories of these jobs are loaded again.
    pub(super) fn max_age(&self, jobs: &[JobId]) -> f64 {
        let load_times = jobs.iter().filter_map(|job| self.entries.get(job)).map(|entry| entry.load_time);
        (load_times.sum::<f64>() / MAX_LOAD).max(MAX_AGE)
    }

    /// Returns whether a history is missing or outdated. `is_active` tells whether the job is pending or running.
    pub(super) fn is_due(
        &self,
        job: JobId,
        history: Option<&History>,
        is_active: bool,
        max_age: f64,
        now: f64,
    ) -> bool {
        let default = Entry::default();
        let entry = self.entries.get(&job).unwrap_or(&default);
        if entry.errors > 0 && now < entry.retry_at {
            return false;
        }
        let Some(history) = history else { return true };
        let age = now - history.loaded_at;
        let is_unfinished = history.newest().is_some_and(|run| !run.state.is_final());
        entry.errors > 0
            || history.loaded_at < entry.changed_at
            || self.refreshed_at.is_some_and(|refreshed_at| history.loaded_at < refreshed_at)
            || age > max_age
            || is_unfinished && !is_active && age > MAX_UNFINISHED_AGE.max(entry.load_time / MAX_LOAD)
    }
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::ExecutionState;

    use super::*;
    use crate::test_data::run;

    fn job() -> JobId {
        JobId(Default::default())
    }

    fn history(state: ExecutionState, loaded_at: f64) -> History {
        History::from_executions(&[run(state, "2026-03-14T02:00:00Z", "")], loaded_at)
    }

    fn is_due(schedule: &Schedule, history: Option<&History>, is_active: bool, now: f64) -> bool {
        schedule.is_due(job(), history, is_active, schedule.max_age(&[job()]), now)
    }

    #[test]
    fn missing_and_old_histories_are_due() {
        let mut schedule = Schedule::default();
        let ended = history(ExecutionState::Completed, 0.0);
        assert!(is_due(&schedule, None, false, 0.0));
        assert!(!is_due(&schedule, Some(&ended), false, 60_000.0));
        assert!(is_due(&schedule, Some(&ended), false, 60_001.0));
        schedule.mark_loaded(job(), 6_000.0);
        assert!(!is_due(&schedule, Some(&ended), false, 120_000.0), "loading took six seconds");
        assert!(is_due(&schedule, Some(&ended), false, 120_001.0));
        schedule.mark_changed(job(), 5.0);
        assert!(is_due(&schedule, Some(&ended), true, 6.0));
        let reloaded = history(ExecutionState::Completed, 6.0);
        assert!(!is_due(&schedule, Some(&reloaded), true, 7.0));
        schedule.mark_refreshed(8.0);
        assert!(is_due(&schedule, Some(&reloaded), true, 9.0));
    }

    #[test]
    fn unfinished_run_of_an_idle_job_is_due_soon() {
        let schedule = Schedule::default();
        let running = history(ExecutionState::Running, 0.0);
        assert!(!is_due(&schedule, Some(&running), true, 30_000.0));
        assert!(!is_due(&schedule, Some(&running), false, 3_000.0));
        assert!(is_due(&schedule, Some(&running), false, 3_001.0));
    }

    #[test]
    fn failed_history_is_due_after_a_growing_delay() {
        let mut schedule = Schedule::default();
        let ended = history(ExecutionState::Completed, 0.0);
        schedule.mark_failed(job(), 1_000.0);
        assert!(!is_due(&schedule, None, false, 4_999.0));
        assert!(is_due(&schedule, None, false, 5_000.0) && is_due(&schedule, Some(&ended), false, 5_000.0));
        schedule.mark_failed(job(), 5_000.0);
        assert!(!is_due(&schedule, None, false, 12_999.0) && is_due(&schedule, None, false, 13_000.0));
        (0..99).for_each(|_| schedule.mark_failed(job(), 0.0));
        assert!(is_due(&schedule, None, false, MAX_RETRY_DELAY));
        schedule.mark_refreshed(6.0);
        assert!(is_due(&schedule, None, false, 6.0));
        schedule.mark_loaded(job(), 0.0);
        assert!(!is_due(&schedule, Some(&history(ExecutionState::Completed, 7.0)), false, 8.0));
    }
}
