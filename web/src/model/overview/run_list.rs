//! The newest runs of all jobs in one list, with filters.

use std::{collections::HashMap, fmt};

use txjobs_sdk::{ExecutionState, types::JobId};

use crate::{
    model::{
        history::{History, RunSummary},
        query::{decode, encode},
        sort::sorted_indices,
    },
    text::t,
};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A time until now that the list can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecentTime {
    /// Value of the query parameter.
    pub name: &'static str,
    /// In milliseconds.
    length: i64,
}

/// All time filters, the shortest first.
pub const RECENT_TIMES: [RecentTime; 3] = [
    RecentTime { name: "1h", length: HOUR },
    RecentTime { name: "24h", length: DAY },
    RecentTime { name: "7d", length: 7 * DAY },
];

impl RecentTime {
    /// Returns the text on the screen.
    pub fn label(self) -> &'static str {
        match self.length {
            HOUR => t("last hour"),
            DAY => t("last 24 hours"),
            _ => t("last 7 days"),
        }
    }

    /// Returns the filter with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        RECENT_TIMES.into_iter().find(|time| time.name == name)
    }
}

/// The states that the list can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunFilter {
    Active,
    Completed,
    CompletedWithWarnings,
    CompletedWithErrors,
    Failed,
}

impl RunFilter {
    pub const ALL: [Self; 5] =
        [Self::Failed, Self::CompletedWithErrors, Self::CompletedWithWarnings, Self::Completed, Self::Active];

    /// Returns the value of the query parameter.
    pub const fn query_value(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "warnings",
            Self::CompletedWithErrors => "errors",
            Self::Failed => "failed",
        }
    }

    /// Returns the text on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => t("not ended"),
            Self::Completed => t("completed"),
            Self::CompletedWithWarnings => t("with warnings"),
            Self::CompletedWithErrors => t("with errors"),
            Self::Failed => t("failed"),
        }
    }

    /// Returns the filter that shows runs with this state. `None` for a final state that the contract does not define.
    pub fn of(state: ExecutionState) -> Option<Self> {
        match state {
            ExecutionState::Completed => Some(Self::Completed),
            ExecutionState::CompletedWithWarnings => Some(Self::CompletedWithWarnings),
            ExecutionState::CompletedWithErrors => Some(Self::CompletedWithErrors),
            ExecutionState::Failed => Some(Self::Failed),
            state => (!state.is_final()).then_some(Self::Active),
        }
    }
}

/// What the list of runs shows. Encoded in the URL query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunListOptions {
    /// Shows runs with this state.
    pub state: Option<RunFilter>,
    /// Shows runs of jobs whose name contains this text, ignoring case.
    pub name: String,
    /// Shows runs that were created within this time.
    pub time: Option<RecentTime>,
}

impl RunListOptions {
    /// Parses the URL query. Unknown parameters and values are ignored.
    pub fn parse(query: &str) -> Self {
        let mut options = Self::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = decode(value);
            match key {
                "state" => {
                    options.state = RunFilter::ALL.into_iter().find(|state| state.query_value() == value);
                }
                "name" => options.name = value,
                "time" => options.time = RecentTime::from_name(&value),
                _ => {}
            }
        }
        options
    }

    /// Returns whether a filter is set.
    pub fn is_filtered(&self) -> bool {
        *self != Self::default()
    }

    /// Returns the time in milliseconds since 1970 at which the shown time begins.
    fn start(&self, now: i64) -> i64 {
        self.time.map_or(i64::MIN, |time| now - time.length)
    }
}

impl fmt::Display for RunListOptions {
    /// Writes the URL query with its leading `?`. Writes nothing for the default options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Vec::new();
        if let Some(state) = self.state {
            pairs.push(format!("state={}", state.query_value()));
        }
        if !self.name.is_empty() {
            pairs.push(format!("name={}", encode(&self.name)));
        }
        if let Some(time) = self.time {
            pairs.push(format!("time={}", time.name));
        }
        if pairs.is_empty() { Ok(()) } else { write!(f, "?{}", pairs.join("&")) }
    }
}

/// A run with its job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobRun {
    pub job: JobId,
    pub run: RunSummary,
}

/// Number of runs for each state.
pub type StateCounts = HashMap<RunFilter, usize>;

/// Returns the runs of these jobs, the newest first, and how many runs each state has without the filter by state. Runs
/// without a time come last.
pub fn newest_runs(
    jobs: &[JobId],
    histories: &HashMap<JobId, History>,
    options: &RunListOptions,
    now: i64,
) -> (Vec<JobRun>, StateCounts) {
    let start = options.start(now);
    let mut counts = StateCounts::new();
    let mut found = Vec::new();
    for (job, history) in jobs.iter().filter_map(|job| Some((*job, histories.get(job)?))) {
        for run in &history.runs {
            if start > i64::MIN && run.created.is_none_or(|created| created.unix_millis() < start) {
                continue;
            }
            let state = RunFilter::of(run.state);
            if let Some(state) = state {
                *counts.entry(state).or_default() += 1;
            }
            if options.state.is_none() || options.state == state {
                found.push(JobRun { job, run: *run });
            }
        }
    }
    let newest_first = sorted_indices(found.len(), &|a, b| found[b].run.created.cmp(&found[a].run.created));
    (newest_first.into_iter().map(|at| found[at]).collect(), counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::run;

    fn job(number: u128) -> JobId {
        JobId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn query_of_options_parses_to_the_same_options() {
        for query in ["", "?state=failed", "?state=errors&name=a%26b&time=7d", "?time=1h"] {
            assert_eq!(RunListOptions::parse(query.trim_start_matches('?')).to_string(), query);
        }
        assert!(!RunListOptions::parse("state=odd&time=1y&x").is_filtered());
    }

    #[test]
    fn runs_of_all_jobs_are_sorted_filtered_and_counted() {
        use ExecutionState as S;
        let runs = [
            run(S::Failed, "2026-03-14T02:00:00Z", "2026-03-14T02:00:10Z"),
            run(S::Completed, "2026-03-12T02:00:00Z", "2026-03-12T02:00:10Z"),
            run(S::Unknown(9), "", ""),
        ];
        let histories = HashMap::from([
            (job(1), History::from_executions(&runs, 0.0)),
            (job(2), History::from_executions(&[run(S::Running, "2026-03-13T02:00:00Z", "")], 0.0)),
            (job(3), History::from_executions(&runs, 0.0)),
        ]);
        let now = "2026-03-14T03:00:00Z".parse::<txjobs_sdk::Timestamp>().unwrap().unix_millis();
        let list = |query: &str| {
            let options = RunListOptions::parse(query);
            let (runs, counts) = newest_runs(&[job(1), job(2), job(4)], &histories, &options, now);
            (runs.into_iter().map(|found| (found.job, found.run.state)).collect::<Vec<_>>(), counts)
        };
        let (all, counts) = list("");
        let expected =
            [(job(1), S::Failed), (job(2), S::Running), (job(1), S::Completed), (job(1), S::Unknown(9))];
        assert_eq!(all, expected);
        assert_eq!((counts[&RunFilter::Failed], counts[&RunFilter::Active]), (1, 1));
        let (failed, counts) = list("state=failed");
        assert_eq!(failed, expected[..1]);
        assert_eq!(counts.len(), 3, "counts include the other states");
        assert_eq!(list("time=24h").0, expected[..1]);
    }
}
