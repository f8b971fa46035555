//! The runs of a job, newest first, without log lines.

use std::time::Duration;

use txjobs_sdk::{
    ExecutionState, Starter, Timestamp,
    types::{ExecutionId, JobExecution, TriggerId},
};

use crate::{
    log::{DecodedLogs, Level},
    model::sort::sorted_indices,
};

/// The usual duration is computed from at most this many runs.
const MAX_DURATIONS: usize = 20;
/// The usual duration is computed from at least this many runs.
const MIN_DURATIONS: usize = 3;

/// Summary of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunSummary {
    pub execution: ExecutionId,
    /// The trigger id if the run was started through the API.
    pub trigger: Option<TriggerId>,
    /// What started the run. `None` if the server does not tell.
    pub starter: Option<Starter>,
    pub state: ExecutionState,
    pub created: Option<Timestamp>,
    pub ended: Option<Timestamp>,
}

/// Number of warnings and errors in the log of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IssueCounts {
    pub warnings: usize,
    pub errors: usize,
}

impl IssueCounts {
    /// IssueCounts the lines of the execution at this index.
    pub fn from_logs(logs: &DecodedLogs, index: usize) -> Self {
        let count = |level| logs.count(index, level);
        Self { warnings: count(Level::Warning), errors: count(Level::Error) }
    }
}

impl RunSummary {
    pub fn from_execution(execution: &JobExecution) -> Self {
        Self {
            execution: execution.id,
            trigger: execution.trigger_id.filter(|id| !id.is_nil()),
            starter: execution.started_by,
            state: execution.state,
            created: execution.create_time.filter(|time| time.is_known()),
            ended: execution.end_time.filter(|time| time.is_known()),
        }
    }

    /// Returns the id that identifies the run in URLs: its trigger id, or its execution id if it has none. The route has
    /// one type for both.
    pub fn url_id(&self) -> TriggerId {
        self.trigger.unwrap_or(TriggerId(*self.execution))
    }

    /// Returns the duration of the run. An unfinished run ends at `now`. Returns `None` if a time is missing.
    pub fn duration(&self, now: Timestamp) -> Option<Duration> {
        let end = match self.ended {
            Some(end) => end,
            None if self.state.is_final() => return None,
            None => now,
        };
        end.since(self.created?)
    }

    /// Returns whether the run may have warnings or errors. A run in the state `Completed` has none.
    pub fn is_issue_possible(&self) -> bool {
        self.state.is_final() && self.state != ExecutionState::Completed
    }
}

/// The known runs of a job. Two histories are equal if they look the same, regardless of when they were loaded.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Newest first.
    pub runs: Vec<RunSummary>,
    /// The issue counts of one run, with its execution id. `None` if no log was counted.
    pub counts: Option<(ExecutionId, IssueCounts)>,
    /// The run whose log could not be loaded to count its issues.
    pub not_counted: Option<ExecutionId>,
    /// When the history was requested, in milliseconds of the page's monotonic clock.
    pub loaded_at: f64,
    /// The number of runs that was requested. `None` if all were requested.
    pub limit: Option<i32>,
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        let content = |history: &Self| (history.counts, history.not_counted, history.limit);
        self.runs == other.runs && content(self) == content(other)
    }
}

impl History {
    pub fn from_executions(executions: &[JobExecution], loaded_at: f64) -> Self {
        // Runs without a time go to the end in the server's order.
        let newest_first = sorted_indices(executions.len(), &|a, b| {
            executions[b].create_time.cmp(&executions[a].create_time)
        });
        let run = |index: usize| RunSummary::from_execution(&executions[index]);
        let runs = newest_first.into_iter().map(run).collect();
        Self { runs, counts: None, not_counted: None, loaded_at, limit: None }
    }

    /// Creates the history from decoded logs. Also counts the issues of the newest run if the logs contain its lines.
    pub fn from_logs(logs: &DecodedLogs, loaded_at: f64) -> Self {
        let mut history = Self::from_executions(&logs.executions, loaded_at);
        let newest = history.newest().map(|run| run.execution);
        let index = logs.executions.iter().position(|run| Some(run.id) == newest);
        if let Some((index, run)) = index.map(|index| (index, &logs.executions[index]))
            && !run.job_execution_logs.is_empty()
        {
            history.counts = Some((run.id, IssueCounts::from_logs(logs, index)));
        }
        history
    }

    /// Returns whether a request for `limit` runs may return more runs.
    pub fn has_fewer_than(&self, limit: i32) -> bool {
        self.limit.is_some_and(|requested| requested < limit && self.runs.len() >= requested as usize)
    }

    pub fn newest(&self) -> Option<&RunSummary> {
        self.runs.first()
    }

    /// Returns the issue counts of the newest run.
    pub fn newest_counts(&self) -> Option<IssueCounts> {
        let newest = self.newest()?;
        if newest.state == ExecutionState::Completed {
            return Some(IssueCounts::default());
        }
        self.counts.filter(|(execution, _)| *execution == newest.execution).map(|(_, counts)| counts)
    }

    /// Returns the median duration of the newest 20 successful runs, and the number of these runs. Returns `None` for fewer
    /// than three. For an even number, this is the greater of the two middle values.
    pub fn usual_duration(&self) -> Option<(Duration, usize)> {
        let durations: Vec<_> = self
            .runs
            .iter()
            .filter(|run| {
                matches!(run.state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings)
            })
            .filter_map(|run| run.ended?.since(run.created?))
            .take(MAX_DURATIONS)
            .collect();
        let shortest_first = sorted_indices(durations.len(), &|a, b| durations[a].cmp(&durations[b]));
        (durations.len() >= MIN_DURATIONS)
            .then(|| (durations[shortest_first[durations.len() / 2]], durations.len()))
    }
}

/// Returns whether a duration is slow: more than 1.5 times the usual duration, and at least a second longer.
pub fn is_slow(usual: Option<(Duration, usize)>, duration: Duration) -> bool {
    usual.is_some_and(|(usual, _)| duration > usual * 3 / 2 && duration >= usual + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::run;

    #[test]
    fn history_is_sorted_newest_first() {
        let history = History::from_executions(
            &[
                run(ExecutionState::Completed, "2026-03-14T02:00:00Z", "2026-03-14T02:00:10Z"),
                run(ExecutionState::Running, "2026-03-16T02:00:00Z", ""),
                run(ExecutionState::Failed, "", ""),
            ],
            0.0,
        );
        let states: Vec<_> = history.runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [ExecutionState::Running, ExecutionState::Completed, ExecutionState::Failed]);
        assert_eq!(history.newest().and_then(|run| run.trigger), None, "the nil UUID is not a trigger id");
    }

    #[test]
    fn duration_of_unfinished_run_lasts_until_now() {
        let now = "2026-03-14T02:01:00Z".parse().unwrap();
        let duration = |state, ended: &str| {
            RunSummary::from_execution(&run(state, "2026-03-14T02:00:00Z", ended)).duration(now)
        };
        assert_eq!(duration(ExecutionState::Failed, "2026-03-14T02:00:41Z"), Some(Duration::from_secs(41)));
        assert_eq!(duration(ExecutionState::Running, ""), Some(Duration::from_secs(60)));
        assert_eq!(duration(ExecutionState::Failed, ""), None);
    }

    #[test]
    fn usual_duration_is_the_median_of_successful_runs() {
        let ended = ["2026-03-14T02:00:10Z", "2026-03-14T02:00:30Z", "2026-03-14T02:00:20Z"];
        let runs = ended.map(|ended| run(ExecutionState::Completed, "2026-03-14T02:00:00Z", ended));
        assert_eq!(History::from_executions(&runs, 0.0).usual_duration(), Some((Duration::from_secs(20), 3)));
        assert_eq!(History::from_executions(&runs[..2], 0.0).usual_duration(), None);
        let slow = [20, 29, 31].map(|seconds| {
            is_slow(History::from_executions(&runs, 0.0).usual_duration(), Duration::from_secs(seconds))
        });
        assert_eq!(slow, [false, false, true]);
        assert!(!is_slow(History::from_executions(&runs[..2], 0.0).usual_duration(), Duration::MAX));
        // Only the last twenty runs count, and a difference of less than a second is ignored.
        let mut many: Vec<_> = (10..40)
            .map(|minute| {
                run(
                    ExecutionState::Completed,
                    &format!("2026-03-14T03:{minute}:00Z"),
                    &format!("2026-03-14T03:{minute}:00.1Z"),
                )
            })
            .collect();
        many.extend(runs);
        let usual = History::from_executions(&many, 0.0).usual_duration();
        assert_eq!(usual, Some((Duration::from_millis(100), 20)));
        assert!(!is_slow(usual, Duration::from_secs(1)) && is_slow(usual, Duration::from_secs(2)));
    }
}
