//! Which jobs the list shows, and in which order.

use std::{cmp::Ordering, collections::HashMap};

use txjobs_sdk::{
    ExecutionState, JobStatusCode,
    types::{Job, JobId},
};

use crate::{
    format,
    history::History,
    order,
    route::{Column, Listing, Outcome},
};

/// All that is known of the jobs.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub jobs: &'a [Job],
    pub statuses: &'a HashMap<JobId, JobStatusCode>,
    pub histories: &'a HashMap<JobId, History>,
}

/// The positions (in `known.jobs`) of the jobs to show, in order. What is not known yet stands last, whatever the
/// order; equals are ordered by name.
pub fn arrange(known: Known<'_>, listing: &Listing) -> Vec<usize> {
    let needle = format::lower(listing.name.trim());
    let lower: Vec<String> = known.jobs.iter().map(|job| format::lower(&job.name)).collect();
    let mut shown: Vec<usize> = (0..known.jobs.len())
        .filter(|&at| {
            let id = &known.jobs[at].id;
            (needle.is_empty() || lower[at].contains(&needle) || id.to_string() == needle)
                && listing.status.is_none_or(|status| known.statuses.get(id) == Some(&status))
                && listing
                    .outcome
                    .is_none_or(|outcome| known.histories.get(id).is_some_and(|h| is(outcome, h)))
        })
        .collect();
    let key = |at: usize| number(known, &known.jobs[at].id, listing.sort);
    order::sort(&mut shown, &|a, b| {
        let by_name = lower[a].cmp(&lower[b]);
        let turned = |order: Ordering| if listing.descending { order.reverse() } else { order };
        match listing.sort {
            Column::Name => turned(by_name),
            _ => match (key(a), key(b)) {
                (Some(a), Some(b)) => turned(a.cmp(&b)).then(by_name),
                (a, b) => b.is_some().cmp(&a.is_some()).then(by_name),
            },
        }
    });
    shown
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

/// What a column orders by.
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
        arrange(known, listing).into_iter().map(|at| known.jobs[at].name.clone()).collect()
    }

    #[test]
    fn filters_and_orders() {
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
        let known = Known { jobs: &jobs, statuses: &statuses, histories: &histories };
        let all = Listing::default();
        assert_eq!(names(known, &all), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(known, &all.sorted_by(Column::Name)), ["gamma", "beta", "Alpha"]);
        assert_eq!(names(known, &all.sorted_by(Column::LastRun)), ["Alpha", "beta", "gamma"]);
        assert_eq!(names(known, &all.sorted_by(Column::Took)), ["beta", "Alpha", "gamma"]);
        let ascending = Listing { sort: Column::Took, ..Listing::default() };
        assert_eq!(names(known, &ascending), ["Alpha", "beta", "gamma"], "the unknown stands last");
        assert_eq!(names(known, &Listing { name: " ALP".into(), ..Listing::default() }), ["Alpha"]);
        let with = |outcome| names(known, &Listing { outcome: Some(outcome), ..Listing::default() });
        assert_eq!(with(Outcome::Failed), ["beta"]);
        assert_eq!(with(Outcome::Never), ["gamma"]);
        let running = Listing { status: Some(JobStatusCode::Running), ..Listing::default() };
        assert_eq!(names(known, &running), ["beta"]);
    }
}
