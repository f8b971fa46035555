//! The jobs of a server with their names, ready to search and sort.

use std::collections::HashSet;

use txjobs_sdk::{
    Timestamp,
    types::{Job, JobId},
};

use super::{
    names::{MAX_CHARS, display_names},
    natural_order::natural_order,
};
use crate::model::{finder::Finder, format, sort::sorted_indices};

/// The minimum age of a list that is loaded again because of a due time, in milliseconds.
const MIN_LIST_AGE: i64 = 30_000;
/// The age from which a list is loaded again, in milliseconds, because names and schedules change without a sign.
const MAX_LIST_AGE: i64 = 600_000;

/// The jobs in the server's order, with indices for fast search, filtering and sorting.
#[derive(Clone, Debug, Default)]
pub struct JobIndex {
    jobs: Vec<Job>,
    /// The names on the screen, in the same order.
    names: Vec<String>,
    /// Job indices, sorted by name.
    by_name: Vec<usize>,
    /// Lowercase names in that order, one line each, searched as one text.
    search_text: String,
    /// Start of each name in `search_text`.
    starts: Vec<usize>,
    /// Job indices, sorted by id for a binary search.
    by_id: Vec<usize>,
}

impl JobIndex {
    /// Creates the index. Of several jobs with the same id only the first is listed.
    pub fn new(mut jobs: Vec<Job>) -> Self {
        let mut ids = HashSet::new();
        jobs.retain(|job| ids.insert(job.id));
        let names = display_names(&jobs);
        let by_name = natural_order(&names);
        let sorted_names: Vec<_> = by_name.iter().map(|&at| names[at].as_str()).collect();
        // Convert all names in one call, because calls into the browser are slow.
        let search_text = searchable(&sorted_names.join("\n")) + "\n";
        let line_ends = search_text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(line_ends).take(jobs.len()).collect();
        let by_id = sorted_indices(jobs.len(), &|a, b| jobs[a].id.as_u128().cmp(&jobs[b].id.as_u128()));
        Self { jobs, names, by_name, search_text, starts, by_id }
    }

    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    pub fn find(&self, id: JobId) -> Option<&Job> {
        self.position(id).map(|at| &self.jobs[at])
    }

    /// Returns the next due time of a job.
    pub fn due_time(&self, id: JobId) -> Option<Timestamp> {
        self.find(id)?.schedule.as_ref()?.due_time()
    }

    /// Returns the earliest next due time.
    pub fn first_due_time(&self) -> Option<Timestamp> {
        self.jobs.iter().filter_map(|job| job.schedule.as_ref()?.due_time()).min()
    }

    /// Returns whether to load the list again. `age` is in milliseconds, `has_started` is whether a job with a due time has started
    /// since: the clock of the browser may be behind, so that the due time is still ahead of it.
    pub fn is_outdated(&self, age: i64, now: i64, has_started: bool) -> bool {
        // The clock of the server may be behind, so that it lists the same due time again.
        let has_passed = || self.first_due_time().is_some_and(|due| due.unix_millis() <= now);
        age >= MIN_LIST_AGE && (has_started || has_passed()) || age >= MAX_LIST_AGE
    }

    /// Returns whether a job starts by itself.
    pub fn has_schedules(&self) -> bool {
        self.jobs.iter().any(|job| job.schedule.as_ref().is_some_and(|schedule| !schedule.is_empty()))
    }

    /// Returns the name of a job on the screen: without invisible characters, and different from all others.
    pub fn name(&self, id: JobId) -> Option<&str> {
        self.position(id).map(|at| self.names[at].as_str())
    }

    fn position(&self, id: JobId) -> Option<usize> {
        let at = self.by_id.partition_point(|&at| self.jobs[at].id.as_u128() < id.as_u128());
        self.by_id.get(at).copied().filter(|&at| self.jobs[at].id == id)
    }

    /// Returns the indices of at most `limit` jobs whose name contains `text`, ignoring case, or whose id is `text`, sorted
    /// by name.
    pub fn find_by_name(&self, text: &str, limit: usize) -> Vec<usize> {
        let needle = searchable(&format::one_line(text.trim(), MAX_CHARS));
        let all = &self.by_name[..limit.min(self.by_name.len())];
        if needle.is_empty() {
            return all.to_vec();
        }
        let mut found: Vec<_> = needle.parse().ok().and_then(|id| self.position(id)).into_iter().collect();
        let finder = Finder::new(needle.as_bytes());
        let mut next = 0;
        while let Some(&from) = self.starts.get(next)
            && found.len() < limit
            && let Some(at) = finder.find(self.search_text.as_bytes(), from)
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

/// Converts a text to the form in which names are compared with a search: the same for all cases and encodings.
fn searchable(text: &str) -> String {
    format::lowercase(&format::compose(text))
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::types::JobSchedule;

    use super::*;

    fn jobs(names: &[&str]) -> Vec<Job> {
        let id = |at: usize| format!("00000000-0000-0000-0000-{:012}", at + 1).parse().unwrap();
        names
            .iter()
            .enumerate()
            .map(|(at, name)| Job { id: id(at), name: (*name).to_owned(), schedule: None })
            .collect()
    }

    #[test]
    fn list_is_outdated_after_a_due_time_a_start_or_a_while() {
        let minute = 60_000;
        let mut listed = jobs(&["a", "b"]);
        let schedule =
            |due: &str| Some(JobSchedule { next_due_time: due.parse().ok(), ..JobSchedule::default() });
        listed[0].schedule = schedule("0001-01-01T00:00:00");
        let index = JobIndex::new(listed.clone());
        assert!(!index.has_schedules() && index.due_time(listed[0].id).is_none());
        assert!(!index.is_outdated(minute, minute, false), "the year 1 is no due time");
        listed[1].schedule = schedule("1970-01-01T00:10:00Z");
        let index = JobIndex::new(listed);
        assert!(index.has_schedules() && !index.is_outdated(minute, 9 * minute, false));
        assert!(index.is_outdated(minute, 10 * minute, false) && index.is_outdated(minute, 9 * minute, true));
        assert!(!index.is_outdated(1_000, 10 * minute, true), "the list is new");
        assert!(index.is_outdated(10 * minute, 0, false));
    }

    #[test]
    fn special_names_are_found_without_matches_across_names() {
        let id_as_name = "00000000-0000-0000-0000-000000000004";
        let index = JobIndex::new(jobs(&["GRÖẞE\n2", "ab", "ba", id_as_name, "", "ΟΔΟΣ"]));
        let named = |text: &str| index.find_by_name(text, 9);
        assert_eq!((named("größe↵2"), named("E\n2")), (named("e↵2"), vec![0]));
        assert_eq!((named("ab"), named("bb"), named("a")), (vec![1], vec![], vec![1, 2]));
        assert_eq!(named(id_as_name), [3], "by id and by name");
        assert_eq!(named(" ").len(), 6);
        assert_eq!(named("οδος"), [5], "a letter with two lowercase forms");
        assert_eq!(index.name(index.jobs()[4].id), Some("00000000-0000-0000-0000-000000000005"));
        assert!(JobIndex::default().find_by_name("a", 9).is_empty());
    }

    #[test]
    fn repeated_id_is_listed_once() {
        let mut repeated = jobs(&["first", "second"]);
        repeated[1].id = repeated[0].id;
        let index = JobIndex::new(repeated);
        assert_eq!((index.jobs().len(), index.name(index.jobs()[0].id)), (1, Some("first")));
    }
}
