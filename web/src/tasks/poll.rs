//! Polls jobs and statuses.

use std::{collections::HashMap, pin::pin, time::Duration};

use futures::future::{Either, select};
use leptos::prelude::*;
use txjobs_sdk::{
    Error, JobStatusCode,
    types::{JobId, JobStatus},
};

use super::histories::HistoryLoader;
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
/// A poll that takes longer is dropped when a refresh is requested. A shorter one may soon be complete.
const MIN_TIME_BEFORE_DROP: Duration = Duration::from_secs(1);

/// Polls jobs and statuses until its owner is cleaned up.
pub async fn poll_jobs(api: Api, jobs: Jobs, histories: HistoryLoader) {
    let mut hidden_since = None;
    let mut last_refresh = jobs.refresh.get_untracked();
    loop {
        let refresh_count = jobs.refresh.get_untracked();
        let with_jobs = refresh_count != last_refresh;
        last_refresh = refresh_count;
        jobs.poll_began.set(Some(time::now()));
        let poll = pin!(poll_once(api, jobs, histories, with_jobs));
        let delay = match select(poll, pin!(wait_for_refresh(jobs, refresh_count))).await {
            Either::Left((delay, _)) => delay,
            // The dropped poll aborts its request. The next one sends another request.
            Either::Right(_) => continue,
        };
        jobs.poll_began.set(None);
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

/// Waits until a refresh is requested while a poll hangs.
async fn wait_for_refresh(jobs: Jobs, refresh_count: u32) {
    time::sleep(MIN_TIME_BEFORE_DROP).await;
    while jobs.refresh.get_untracked() == refresh_count {
        time::sleep(STEP).await;
    }
}

/// Polls the statuses once, and the jobs too if `with_jobs` is set, they are not known, or they are outdated. Returns the time
/// until the next poll.
async fn poll_once(api: Api, jobs: Jobs, histories: HistoryLoader, with_jobs: bool) -> Duration {
    if jobs.take_reload_request() {
        histories.mark_refreshed();
    }
    match load(api, jobs, histories, with_jobs).await {
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
async fn load(api: Api, jobs: Jobs, histories: HistoryLoader, with_jobs: bool) -> Result<bool, Error> {
    if with_jobs || jobs.is_list_outdated() {
        jobs.set_list(api.list_jobs().await?);
    }
    let statuses = api.list_job_statuses().await?.value;
    if handle_statuses(jobs, histories, statuses) {
        jobs.set_list(api.list_jobs().await?);
    }
    Ok(jobs.statuses.with_untracked(|statuses| statuses.values().any(|status| status.is_active())))
}

/// Stores the statuses of all jobs. Returns whether the list of jobs is outdated.
fn handle_statuses(jobs: Jobs, histories: HistoryLoader, mut new: Vec<JobStatus>) -> bool {
    let before = jobs.statuses.get_untracked();
    // A short run may already have ended; its history shows that.
    let mut changed = Vec::new();
    jobs.started.with_value(|started| {
        for status in &mut new {
            let reported = status.status;
            status.status = started.status(status.job_id, reported, time::uptime());
            if status.status != reported {
                changed.push(status.job_id);
            }
        }
    });
    // A run started or ended, so the known history is outdated.
    let differs = |status: &&JobStatus| before.get(&status.job_id).is_some_and(|old| *old != status.status);
    changed.extend(new.iter().filter(differs).map(|status| status.job_id));
    let has_started = |status: &&JobStatus| status.status.is_active() && differs(status);
    jobs.mark_started(new.iter().filter(has_started).map(|status| status.job_id));
    histories.mark_changed(&changed);
    let list = jobs.list.read_untracked();
    let is_known = |id| list.as_ref().is_some_and(|list| list.find(id).is_some());
    let has_new = new.iter().any(|status| !before.contains_key(&status.job_id) && !is_known(status.job_id));
    let statuses: HashMap<JobId, JobStatusCode> =
        new.iter().map(|status| (status.job_id, status.status)).collect();
    let has_former = before.keys().any(|job| !statuses.contains_key(job) && is_known(*job));
    if statuses != before {
        jobs.statuses.set(statuses);
    }
    has_new || has_former
}
