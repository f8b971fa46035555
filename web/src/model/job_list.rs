//! Filters and sorts the job list.

use std::collections::HashMap;

use txjobs_sdk::{
    ExecutionState, JobStatusCode,
    types::{Job, JobId},
};

use crate::model::{
    finder::Finder,
    format,
    history::History,
    list_options::{Column, ListOptions, Outcome},
};

/// The jobs in the server's order, with indices for fast search, filtering and sorting.
#[derive(Clone, Debug, Default)]
pub struct JobIndex {
    jobs: Vec<Job>,
    /// Job indices, sorted by name.
    by_name: Vec<usize>,
    /// Lowercase names in that order, one line each, searched as one text.
    lowercase_names: String,
    /// Start of each name in `lowercase_names`.
    starts: Vec<usize>,
    /// Job indices, sorted by id for a binary search, which makes the program smaller than another hash map.
    by_id: Vec<usize>,
}

impl JobIndex {
    pub fn new(jobs: Vec<Job>) -> Self {
        let names = jobs.iter().fold(String::new(), |all, job| all + &one_line(&job.name) + "\n");
        // Convert all names in one call, because calls into the browser are slow.
        let names = format::lowercase(&names);
        let names: Vec<_> = names.split('\n').collect();
        let mut by_name: Vec<_> = (0..jobs.len()).collect();
        by_name.sort_by(|&a, &b| names[a].cmp(names[b]));
        let (mut lowercase_names, mut starts) = (String::new(), Vec::with_capacity(jobs.len()));
        for &at in &by_name {
            starts.push(lowercase_names.len());
            lowercase_names += names[at];
            lowercase_names.push('\n');
        }
        let mut by_id: Vec<_> = (0..jobs.len()).collect();
        by_id.sort_by(|&a, &b| jobs[a].id.as_u128().cmp(&jobs[b].id.as_u128()));
        Self { jobs, by_name, lowercase_names, starts, by_id }
    }

    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    pub fn find(&self, id: JobId) -> Option<&Job> {
        self.position(id).map(|at| &self.jobs[at])
    }

    fn position(&self, id: JobId) -> Option<usize> {
        let at = self.by_id.partition_point(|&at| self.jobs[at].id.as_u128() < id.as_u128());
        self.by_id.get(at).copied().filter(|&at| self.jobs[at].id == id)
    }

    /// Returns the indices of at most `limit` jobs whose name contains `text`, ignoring case, or whose id is `text`, sorted
    /// by name.
    pub fn find_by_name(&self, text: &str, limit: usize) -> Vec<usize> {
        let needle = format::lowercase(&one_line(text.trim()));
        let all = &self.by_name[..limit.min(self.by_name.len())];
        if needle.is_empty() {
            return all.to_vec();
        }
        let mut found: Vec<_> = needle.parse().ok().and_then(|id| self.position(id)).into_iter().collect();
        let finder = Finder::new(needle.as_bytes());
        let mut next = 0;
        while let Some(&from) = self.starts.get(next)
            && found.len() < limit
            && let Some(at) = finder.find(self.lowercase_names.as_bytes(), from)
        {
            next += self.starts[next..].partition_point(|start| *start <= at);
            let job = self.by_name[next - 1];
            // The name of the job found by id may contain the id.
            if found.first() != Some(&job) {
                found.push(job);
            }
        }
        found
    }
}

/// Replaces line ends, because the search text has one line for each name.
fn one_line(name: &str) -> String {
    name.replace('\n', " ")
}

/// The loaded data of all jobs.
#[derive(Clone, Copy, Debug)]
pub struct JobData<'a> {
    pub index: &'a JobIndex,
    pub statuses: &'a HashMap<JobId, JobStatusCode>,
    pub histories: &'a HashMap<JobId, History>,
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
    let mut order: Vec<_> = (0..shown.len()).collect();
    order.sort_by(|&a, &b| match (keys[a], keys[b]) {
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
        Column::LastRun => last?.created.map(txjobs_sdk::Timestamp::unix_millis),
        Column::Duration => {
            last.and_then(|run| run.ended?.since(run.created?)).map(|took| took.as_millis() as i64)
        }
        Column::Warnings => history?.newest_counts().map(|counts| counts.warnings as i64),
        Column::Errors => history?.newest_counts().map(|counts| counts.errors as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::run;

    fn jobs(names: &[&str]) -> Vec<Job> {
        let id = |at: usize| format!("00000000-0000-0000-0000-{:012}", at + 1).parse().unwrap();
        names.iter().enumerate().map(|(at, name)| Job { id: id(at), name: (*name).to_owned() }).collect()
    }

    fn names(data: JobData<'_>, options: &ListOptions) -> Vec<String> {
        let name = |id| data.index.find(id).unwrap().name.clone();
        filter_and_sort(data, options).into_iter().map(name).collect()
    }

    #[test]
    fn special_names_are_found_without_matches_across_names() {
        let id_as_name = "00000000-0000-0000-0000-000000000004";
        let index = JobIndex::new(jobs(&["GRÖẞE\n2", "ab", "ba", id_as_name, "", "ΟΔΟΣ"]));
        let named = |text: &str| index.find_by_name(text, 9);
        assert_eq!((named("größe 2"), named("E\n2")), (named("e 2"), vec![0]));
        assert_eq!((named("ab"), named("bb"), named("a")), (vec![1], vec![], vec![1, 2]));
        assert_eq!(named(id_as_name), [3]);
        assert_eq!(named(" ").len(), 6);
        assert_eq!(named("οδος"), [5], "a letter with two lowercase forms");
        assert!(JobIndex::default().find_by_name("a", 9).is_empty());
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
        let data = JobData { index: &index, statuses: &statuses, histories: &histories };
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
