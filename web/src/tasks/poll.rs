//! Polls jobs and statuses.

use std::time::Duration;

use leptos::prelude::*;
use txjobs_sdk::Error;

use super::load_histories::HistoryLoader;
use crate::{api::Api, state::Jobs, utils::time};

/// Interval while a job is pending or running.
const ACTIVE_INTERVAL: Duration = Duration::from_secs(2);
/// Interval while all jobs are idle.
const IDLE_INTERVAL: Duration = Duration::from_secs(10);
/// Minimum interval while the page is hidden.
const HIDDEN_INTERVAL: Duration = Duration::from_secs(30);
/// After this time in the background polling stops, unless a run is watched.
const MAX_HIDDEN_TIME: Duration = Duration::from_secs(15 * 60);
/// How often the loop looks whether a refresh was requested or the page was shown again.
const STEP: Duration = Duration::from_millis(250);

/// Polls jobs and statuses until its owner is cleaned up.
pub async fn poll_jobs(api: Api, jobs: Jobs, histories: HistoryLoader) {
    let mut hidden_since = None;
    let mut last_refresh = jobs.refresh.get_untracked();
    loop {
        let refresh_count = jobs.refresh.get_untracked();
        let delay = poll_once(api, jobs, histories, refresh_count != last_refresh).await;
        last_refresh = refresh_count;
        let polled_at = time::uptime();
        loop {
            time::sleep(STEP).await;
            let now = time::uptime();
            let is_hidden = time::is_hidden();
            if !is_hidden {
                hidden_since = None;
            }
            let hidden_time = if is_hidden { now - *hidden_since.get_or_insert(now) } else { Duration::ZERO };
            let interval = if is_hidden { delay.max(HIDDEN_INTERVAL) } else { delay };
            let has_watched_runs = !jobs.watched_runs.with_untracked(Vec::is_empty);
            let is_refresh_requested = jobs.refresh.get_untracked() != last_refresh;
            if is_refresh_requested
                || (now - polled_at >= interval && (hidden_time < MAX_HIDDEN_TIME || has_watched_runs))
            {
                break;
            }
        }
    }
}

/// Polls the statuses once, and the jobs too if `with_jobs` is set or they are not known. Returns the time until
/// the next poll.
async fn poll_once(api: Api, jobs: Jobs, histories: HistoryLoader, with_jobs: bool) -> Duration {
    match load(api, jobs, with_jobs).await {
        Ok(is_active) => {
            jobs.error.set(None);
            jobs.updated.set(Some(time::now()));
            histories.load();
            if is_active { ACTIVE_INTERVAL } else { IDLE_INTERVAL }
        }
        Err(error) => {
            let retry_after = error.retry_after.map(|after| after.delay(time::timestamp()));
            jobs.error.set(Some(error));
            retry_after.unwrap_or_default().max(IDLE_INTERVAL)
        }
    }
}

/// Loads statuses and, if needed, jobs. Returns whether a job is pending or running.
async fn load(api: Api, jobs: Jobs, with_jobs: bool) -> Result<bool, Error> {
    if with_jobs || jobs.list.with_untracked(Option::is_none) {
        jobs.set_list(api.list_jobs().await?);
    }
    let mut response = api.list_job_statuses().await?;
    let before = jobs.statuses.get_untracked();
    let mut overridden = Vec::new();
    jobs.started.with_value(|started| {
        for status in &mut response.value {
            let reported = status.status;
            status.status = started.status(status.job_id, reported, time::uptime());
            if status.status != reported {
                overridden.push(status.job_id);
            }
        }
    });
    let is_new = jobs.list.with_untracked(|list| {
        let is_known = |id| list.as_ref().is_some_and(|list| list.find(id).is_some());
        response.value.iter().any(|status| !before.contains_key(&status.job_id) && !is_known(status.job_id))
    });
    let mut changed: Vec<_> = response
        .value
        .iter()
        .filter(|status| before.get(&status.job_id).is_some_and(|before| *before != status.status))
        .map(|status| status.job_id)
        .collect();
    // A short run may already have ended; its history shows that.
    changed.append(&mut overridden);
    if !changed.is_empty() {
        // A run started or ended, so the known history is outdated.
        jobs.histories.update(|histories| {
            for job in changed {
                if let Some(history) = histories.get_mut(&job) {
                    history.loaded_at = f64::NEG_INFINITY;
                }
            }
        });
    }
    let statuses = response.value.iter().map(|status| (status.job_id, status.status)).collect();
    if statuses != before {
        jobs.statuses.set(statuses);
    }
    if is_new {
        jobs.set_list(api.list_jobs().await?);
    }
    Ok(jobs.statuses.with_untracked(|statuses| statuses.values().any(|status| status.is_active())))
}
