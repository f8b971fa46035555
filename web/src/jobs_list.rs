//! Filters and sorts the job list.

use std::collections::HashMap;

use txjobs_sdk::{
    ExecutionState, JobStatusCode,
    types::{Job, JobId},
};

use crate::{
    finder::Finder,
    format,
    history::History,
    order,
    route::{Column, Listing, Outcome},
};

/// The jobs in the server's order, with indices for fast search, filtering and sorting.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    jobs: Vec<Job>,
    /// Job indices, sorted by name.
    by_name: Vec<usize>,
    /// Lowercase names in that order, one line each, searched as one text.
    lower: String,
    /// Start of each name in `lower`.
    starts: Vec<usize>,
    /// Job indices, sorted by id for a binary search, which makes the program smaller than another hash map.
    by_id: Vec<usize>,
}

impl Catalog {
    pub fn new(jobs: Vec<Job>) -> Self {
        let names = jobs.iter().fold(String::new(), |all, job| all + &one_line(&job.name) + "\n");
        // Convert all names in one call, because calls into the browser are slow.
        let names = format::lower(&names);
        let names: Vec<_> = names.split('\n').collect();
        let mut by_name: Vec<_> = (0..jobs.len()).collect();
        order::sort(&mut by_name, &|a, b| names[a].cmp(names[b]));
        let (mut lower, mut starts) = (String::new(), Vec::with_capacity(jobs.len()));
        for &at in &by_name {
            starts.push(lower.len());
            lower += names[at];
            lower.push('\n');
        }
        let mut by_id: Vec<_> = (0..jobs.len()).collect();
        order::sort(&mut by_id, &|a, b| jobs[a].id.as_u128().cmp(&jobs[b].id.as_u128()));
        Self { jobs, by_name, lower, starts, by_id }
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
    pub fn named(&self, text: &str, most: usize) -> Vec<usize> {
        let needle = format::lower(&one_line(text.trim()));
        let all = &self.by_name[..most.min(self.by_name.len())];
        if needle.is_empty() {
            return all.to_vec();
        }
        let mut found: Vec<_> = needle.parse().ok().and_then(|id| self.position(id)).into_iter().collect();
        let finder = Finder::new(needle.as_bytes());
        let mut next = 0;
        while let Some(&from) = self.starts.get(next)
            && found.len() < most
            && let Some(at) = finder.find(self.lower.as_bytes(), from)
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
pub struct Known<'a> {
    pub catalog: &'a Catalog,
    pub statuses: &'a HashMap<JobId, JobStatusCode>,
    pub histories: &'a HashMap<JobId, History>,
}

/// Returns the jobs to show, in order. Jobs without a loaded value come last in both directions; equal values are sorted
/// by name.
pub fn arrange(known: Known<'_>, listing: &Listing) -> Vec<JobId> {
    let jobs = known.catalog.jobs();
    let mut shown: Vec<JobId> =
        known.catalog.named(&listing.name, jobs.len()).into_iter().map(|at| jobs[at].id).collect();
    if let Some(status) = listing.status {
        shown.retain(|id| known.statuses.get(id) == Some(&status));
    }
    if let Some(outcome) = listing.outcome {
        shown.retain(|id| known.histories.get(id).is_some_and(|history| is(outcome, history)));
    }
    if listing.sort == Column::Name {
        if listing.descending {
            shown.reverse();
        }
        return shown;
    }
    // Compute the keys once. The stable sort keeps jobs with equal keys sorted by name.
    let keys: Vec<_> = shown.iter().map(|id| number(known, id, listing.sort)).collect();
    let mut order: Vec<_> = (0..shown.len()).collect();
    order::sort(&mut order, &|a, b| match (keys[a], keys[b]) {
        (Some(a), Some(b)) if listing.descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    order.into_iter().map(|at| shown[at]).collect()
}

fn is(outcome: Outcome, history: &History) -> bool {
    use ExecutionState as S;
    let ended = history.runs.iter().find(|run| run.state.is_final());
    match (outcome, ended.map(|run| run.state)) {
        (Outcome::Never, _) => history.runs.is_empty(),
        (Outcome::Completed, Some(S::Completed))
        | (Outcome::Warnings, Some(S::CompletedWithWarnings))
        | (Outcome::Errors, Some(S::CompletedWithErrors))
        | (Outcome::Failed, Some(S::Failed)) => true,
        _ => false,
    }
}

/// Returns the sort key of a job for a column.
fn number(known: Known<'_>, id: &JobId, column: Column) -> Option<i64> {
    let history = known.histories.get(id);
    let last = history.and_then(History::last);
    match column {
        Column::Name => None,
        Column::Status => known.statuses.get(id).map(|status| status.number()),
        Column::LastRun => last?.created.map(txjobs_sdk::Timestamp::unix_millis),
        Column::Took => {
            last.and_then(|run| run.ended?.since(run.created?)).map(|took| took.as_millis() as i64)
        }
        Column::Warnings => history?.last_counts().map(|counts| counts.warnings as i64),
        Column::Errors => history?.last_counts().map(|counts| counts.errors as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::run;

    fn jobs(names: &[&str]) -> Vec<Job> {
        let id = |at: usize| format!("00000000-0000-0000-0000-{:012}", at + 1).parse().unwrap();
        names.iter().enumerate().map(|(at, name)| Job { id: id(at), name: (*name).to_owned() }).collect()
    }

    fn names(known: Known<'_>, listing: &Listing) -> Vec<String> {
        let name = |id| known.catalog.find(id).unwrap().name.clone();
        arrange(known, listing).into_iter().map(name).collect()
    }

    #[test]
    fn special_names_are_found_without_matches_across_names() {
        let own = "00000000-0000-0000-0000-000000000004";
        let catalog = Catalog::new(jobs(&["GRÖẞE\n2", "ab", "ba", own, "", "ΟΔΟΣ"]));
        let named = |text: &str| catalog.named(text, 9);
        assert_eq!((named("größe 2"), named("E\n2")), (named("e 2"), vec![0]));
        assert_eq!((named("ab"), named("bb"), named("a")), (vec![1], vec![], vec![1, 2]));
        assert_eq!(named(own), [3]);
        assert_eq!(named(" ").len(), 6);
        assert_eq!(named("οδος"), [5], "a letter with two lowercase forms");
        assert!(Catalog::default().named("a", 9).is_empty());
    }

    #[test]
    fn list_is_filtered_and_sorted() {
        let jobs = jobs(&["beta", "Alpha", "gamma"]);
        let statuses =
            HashMap::from([(jobs[0].id, JobStatusCode::Running), (jobs[1].id, JobStatusCode::Idle)]);
        let histories = HashMap::from([
            (
                jobs[0].id,
                History::of(
                    &[run(ExecutionState::Failed, "2026-03-14T02:00:00Z", "2026-03-14T02:00:09Z")],
                    0.0,
                ),
            ),
            (
                jobs[1].id,
                History::of(
                    &[run(ExecutionState::Completed, "2026-03-15T02:00:00Z", "2026-03-15T02:00:01Z")],
                    0.0,
                ),
            ),
            (jobs[2].id, History::default()),
        ]);
        let id = jobs[2].id.to_string();
        let catalog = Catalog::new(jobs);
        let known = Known { catalog: &catalog, statuses: &statuses, histories: &histories };
        let all = Listing::default();
        assert_eq!(names(known, &all), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(known, &all.sorted_by(Column::Name)), ["gamma", "beta", "Alpha"]);
        assert_eq!(names(known, &all.sorted_by(Column::LastRun)), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(known, &all.sorted_by(Column::Took)), ["beta", "Alpha", "gamma"]);
        let ascending = Listing { sort: Column::Took, ..Listing::default() };
        assert_eq!(names(known, &ascending), ["Alpha", "beta", "gamma"], "a job without a duration comes last");
        assert_eq!(names(known, &Listing { name: " ALP".into(), ..Listing::default() }), ["Alpha"]);
        assert_eq!(names(known, &Listing { name: id, ..Listing::default() }), ["gamma"], "by its id");
        let several = [known.catalog.named("A", 9), known.catalog.named("a", 2), known.catalog.named("x", 9)];
        assert_eq!(several, [vec![1, 0, 2], vec![1, 0], vec![]]);
        let with = |outcome| names(known, &Listing { outcome: Some(outcome), ..Listing::default() });
        assert_eq!(with(Outcome::Failed), ["beta"]);
        assert_eq!(with(Outcome::Never), ["gamma"]);
        let running = Listing { status: Some(JobStatusCode::Running), ..Listing::default() };
        assert_eq!(names(known, &running), ["beta"]);
    }
}
