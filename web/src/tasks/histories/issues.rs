//! Counts the warnings and errors of the newest runs on the screen.

use leptos::prelude::*;
use txjobs_sdk::{
    paths,
    types::{ExecutionId, JobId, TriggerId},
};

use crate::{api::Api, model::history::IssueCounts, state::Jobs};

/// A run whose issues are counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct UncountedRun {
    job: JobId,
    trigger: TriggerId,
    execution: ExecutionId,
}

impl UncountedRun {
    /// Counts the issues and stores the result.
    pub(super) async fn count(self, api: Api, jobs: Jobs) {
        let counts = count_run(api, self.job, self.trigger).await;
        jobs.histories.update(|histories| {
            if let Some(history) = histories.get_mut(&self.job) {
                match counts {
                    Some(counts) => history.counts = Some((self.execution, counts)),
                    None => history.not_counted = Some(self.execution),
                }
            }
        });
    }
}

/// Returns the next run to count. Counting loads the run's log, so runs that completed without issues are skipped.
pub(super) fn next_run(jobs: Jobs) -> Option<UncountedRun> {
    let counted = jobs.counted.get_untracked();
    jobs.histories.with_untracked(|histories| {
        jobs.requested.with_untracked(|requested| {
            requested.iter().take(counted).find_map(|job| {
                let history = histories.get(job)?;
                let newest = history.newest().filter(|run| run.is_issue_possible())?;
                let is_missing =
                    history.newest_counts().is_none() && history.not_counted != Some(newest.execution);
                let (trigger, execution) = (newest.trigger?, newest.execution);
                is_missing.then_some(UncountedRun { job: *job, trigger, execution })
            })
        })
    })
}

async fn count_run(api: Api, job: JobId, trigger: TriggerId) -> Option<IssueCounts> {
    let request = paths::get_job_logs_by_trigger(job, trigger, None);
    let logs = api.executions(&request).await.ok()?.value;
    let index = logs.executions.iter().position(|run| run.trigger_id == Some(trigger))?;
    Some(IssueCounts::from_logs(&logs, index))
}
