//! Filters and sorts the job list.

mod index;
mod names;
mod natural_order;

use std::collections::HashMap;

use txjobs_sdk::{ExecutionState, JobStatusCode, Timestamp, types::JobId};

pub use self::index::JobIndex;
use crate::model::{
    history::History,
    list_options::{Column, ListOptions, Outcome},
    sort::sorted_indices,
};

/// The loaded data of all jobs.
#[derive(Clone, Copy, Debug)]
pub struct JobData<'a> {
    pub index: &'a JobIndex,
    pub statuses: &'a HashMap<JobId, JobStatusCode>,
    pub histories: &'a HashMap<JobId, History>,
    /// The current time, until which a running job has run.
    pub now: Timestamp,
}

/// Returns the jobs to show, in order. Jobs without a loaded value come last in both directions; equal values are sorted
/// by name.
pub fn filter_and_sort(data: JobData<'_>, options: &ListOptions) -> Vec<JobId> {
    let jobs = data.index.jobs();
    let mut shown: Vec<JobId> =
        data.index.find_by_name(&options.name, jobs.len()).into_iter().map(|at| jobs[at].id).collect();
    if let Some(status) = options.status {
        shown.retain(|id| data.statuses.get(id) == Some(&status));
    }
    if let Some(outcome) = options.outcome {
        shown.retain(|id| data.histories.get(id).is_some_and(|history| has_outcome(outcome, history)));
    }
    if options.sort == Column::Name {
        if options.is_descending {
            shown.reverse();
        }
        return shown;
    }
    // Compute the keys once. The stable sort keeps jobs with equal keys sorted by name.
    let keys: Vec<_> = shown.iter().map(|id| sort_key(data, id, options.sort)).collect();
    let order = sorted_indices(shown.len(), &|a, b| match (keys[a], keys[b]) {
        (Some(a), Some(b)) if options.is_descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    order.into_iter().map(|at| shown[at]).collect()
}

fn has_outcome(outcome: Outcome, history: &History) -> bool {
    use ExecutionState as S;
    let ended = history.runs.iter().find(|run| run.state.is_final());
    match (outcome, ended.map(|run| run.state)) {
        (Outcome::NeverRan, _) => history.runs.is_empty(),
        (Outcome::Completed, Some(S::Completed))
        | (Outcome::CompletedWithWarnings, Some(S::CompletedWithWarnings))
        | (Outcome::CompletedWithErrors, Some(S::CompletedWithErrors))
        | (Outcome::Failed, Some(S::Failed)) => true,
        _ => false,
    }
}

/// Returns the sort key of a job for a column.
fn sort_key(data: JobData<'_>, id: &JobId, column: Column) -> Option<i64> {
    let history = data.histories.get(id);
    let last = history.and_then(History::newest);
    match column {
        Column::Name => None,
        Column::Status => data.statuses.get(id).map(|status| status.number()),
        Column::LastRun => last?.created.map(Timestamp::unix_millis),
        Column::Duration => {
            let is_active = data.statuses.get(id).is_none_or(|status| status.is_active());
            let run = last.filter(|run| run.state.is_final() || is_active)?;
            run.duration(data.now).map(|duration| duration.as_millis() as i64)
        }
        Column::NextRun => data.index.due_time(*id).map(Timestamp::unix_millis),
        Column::Warnings => history?.newest_counts().map(|counts| counts.warnings as i64),
        Column::Errors => history?.newest_counts().map(|counts| counts.errors as i64),
    }
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::types::Job;

    use super::*;
    use crate::test_data::run;

    fn jobs(names: &[&str]) -> Vec<Job> {
        let id = |at: usize| format!("00000000-0000-0000-0000-{:012}", at + 1).parse().unwrap();
        names
            .iter()
            .enumerate()
            .map(|(at, name)| Job { id: id(at), name: (*name).to_owned(), schedule: None })
            .collect()
    }

    fn names(data: JobData<'_>, options: &ListOptions) -> Vec<String> {
        let name = |id| data.index.find(id).unwrap().name.clone();
        filter_and_sort(data, options).into_iter().map(name).collect()
    }

    #[test]
    fn running_job_is_sorted_by_its_duration_so_far() {
        let jobs = jobs(&["ended", "running", "stuck"]);
        let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
        let statuses = HashMap::from([
            (ids[0], JobStatusCode::Idle),
            (ids[1], JobStatusCode::Running),
            (ids[2], JobStatusCode::Idle),
        ]);
        let running = run(ExecutionState::Running, "2026-03-14T02:00:00Z", "");
        let ended = run(ExecutionState::Completed, "2026-03-14T02:00:00Z", "2026-03-14T02:10:00Z");
        let histories = [ended, running.clone(), running].map(|run| History::from_executions(&[run], 0.0));
        let histories = ids.iter().copied().zip(histories).collect();
        let index = JobIndex::new(jobs);
        let sorted = |now: &str| {
            let now = now.parse().unwrap();
            let data = JobData { index: &index, statuses: &statuses, histories: &histories, now };
            names(data, &ListOptions::default().with_sort_clicked(Column::Duration))
        };
        assert_eq!(sorted("2026-03-14T02:09:00Z"), ["ended", "running", "stuck"]);
        assert_eq!(sorted("2026-03-14T02:11:00Z"), ["running", "ended", "stuck"]);
    }

    #[test]
    fn list_is_filtered_and_sorted() {
        let jobs = jobs(&["beta", "Alpha", "gamma"]);
        let statuses =
            HashMap::from([(jobs[0].id, JobStatusCode::Running), (jobs[1].id, JobStatusCode::Idle)]);
        let histories = HashMap::from([
            (
                jobs[0].id,
                History::from_executions(
                    &[run(ExecutionState::Failed, "2026-03-14T02:00:00Z", "2026-03-14T02:00:09Z")],
                    0.0,
                ),
            ),
            (
                jobs[1].id,
                History::from_executions(
                    &[run(ExecutionState::Completed, "2026-03-15T02:00:00Z", "2026-03-15T02:00:01Z")],
                    0.0,
                ),
            ),
            (jobs[2].id, History::default()),
        ]);
        let id = jobs[2].id.to_string();
        let index = JobIndex::new(jobs);
        let now = Timestamp::from_unix(0, 0);
        let data = JobData { index: &index, statuses: &statuses, histories: &histories, now };
        let all = ListOptions::default();
        assert_eq!(names(data, &all), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(data, &all.with_sort_clicked(Column::Name)), ["gamma", "beta", "Alpha"]);
        assert_eq!(names(data, &all.with_sort_clicked(Column::LastRun)), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(data, &all.with_sort_clicked(Column::Duration)), ["beta", "Alpha", "gamma"]);
        let ascending = ListOptions { sort: Column::Duration, ..ListOptions::default() };
        assert_eq!(
            names(data, &ascending),
            ["Alpha", "beta", "gamma"],
            "a job without a duration comes last"
        );
        assert_eq!(names(data, &ListOptions { name: " ALP".into(), ..ListOptions::default() }), ["Alpha"]);
        assert_eq!(names(data, &ListOptions { name: id, ..ListOptions::default() }), ["gamma"], "by its id");
        let several = [
            data.index.find_by_name("A", 9),
            data.index.find_by_name("a", 2),
            data.index.find_by_name("x", 9),
        ];
        assert_eq!(several, [vec![1, 0, 2], vec![1, 0], vec![]]);
        let with = |outcome| names(data, &ListOptions { outcome: Some(outcome), ..ListOptions::default() });
        assert_eq!(with(Outcome::Failed), ["beta"]);
        assert_eq!(with(Outcome::NeverRan), ["gamma"]);
        let running = ListOptions { status: Some(JobStatusCode::Running), ..ListOptions::default() };
        assert_eq!(names(data, &running), ["beta"]);
    }
}
