//! Counts the warnings and errors of the newest runs on the screen.

use leptos::prelude::*;
use txjobs_sdk::{
    paths,
    types::{ExecutionId, JobId, TriggerId},
};

use super::HistoryLoader;
use crate::{api::Api, model::history::IssueCounts, state::Jobs};

/// Counts the issues of the next run on the screen, if there is one.
pub(super) fn count_next(loader: HistoryLoader) {
    let Some((job, trigger, execution)) = next_run(loader.jobs) else { return };
    loader.progress.update_value(|progress| progress.is_counting = true);
    loader.spawn(async move {
        let counts = count_run(loader.api, job, trigger).await;
        loader.progress.update_value(|progress| progress.is_counting = false);
        loader.jobs.histories.update(|histories| {
            if let Some(history) = histories.get_mut(&job) {
                match counts {
                    Some(counts) => history.counts = Some((execution, counts)),
                    None => history.not_counted = Some(execution),
                }
            }
        });
        loader.load();
    });
}

/// Returns the next run to count. Counting loads the run's log, so runs that completed without issues are skipped.
fn next_run(jobs: Jobs) -> Option<(JobId, TriggerId, ExecutionId)> {
    let counted = jobs.counted.get_untracked();
    jobs.histories.with_untracked(|histories| {
        jobs.requested.with_untracked(|requested| {
            requested.iter().take(counted).find_map(|job| {
                let history = histories.get(job)?;
                let newest = history.newest().filter(|run| run.is_issue_possible())?;
                let is_missing =
                    history.newest_counts().is_none() && history.not_counted != Some(newest.execution);
                is_missing.then_some((*job, newest.trigger?, newest.execution))
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
