//! Polls jobs and statuses.

use std::cell::RefCell;

use txjobs_sdk::{
    Error, JobStatusCode, StartedJobs,
    types::{Job, JobId, TriggerId},
};

use crate::{
    api, browser, job_list::JobIndex, load_histories::load_histories, response::ApiResponse,
    session::Session, state::App,
};

/// Interval while a job is pending or running, in milliseconds.
const ACTIVE_INTERVAL: i64 = 2_000;
/// Interval while all jobs are idle, in milliseconds.
const IDLE_INTERVAL: i64 = 10_000;
/// Minimum interval while the page is hidden, in milliseconds.
const HIDDEN_INTERVAL: i64 = 30_000;
/// After this time in the background polling stops, unless a run is watched. In milliseconds.
const MAX_HIDDEN_TIME: i64 = 15 * 60_000;

thread_local! {
    /// Jobs started here. A lagging replica of the server may not list them as pending yet.
    static STARTED: RefCell<StartedJobs> = RefCell::default();
}

/// Polls jobs and statuses until the connection with this number is replaced.
pub async fn poll_jobs(app: App, session_number: u32) {
    let mut hidden_since = None;
    let mut last_refresh = app.jobs.refresh.get_untracked();
    while let Some(session) = app.session_if_current(session_number) {
        let refresh_count = app.jobs.refresh.get_untracked();
        let delay = poll_once(app, &session, refresh_count != last_refresh).await;
        last_refresh = refresh_count;
        let polled_at = browser::now();
        // Short steps, so that a refresh or a return to the page takes effect immediately.
        loop {
            browser::sleep(250).await;
            if app.session_if_current(session_number).is_none() {
                return;
            }
            let now = browser::now();
            let hidden = browser::is_hidden();
            if !hidden {
                app.now.set(now);
                hidden_since = None;
            }
            let hidden_time = if hidden { now - *hidden_since.get_or_insert(now) } else { 0 };
            let interval = if hidden { delay.max(HIDDEN_INTERVAL) } else { delay };
            let has_watched_runs = !app.watched_runs.with_untracked(Vec::is_empty);
            let is_refresh_requested = app.jobs.refresh.get_untracked() != last_refresh;
            if is_refresh_requested
                || (now - polled_at >= interval && (hidden_time < MAX_HIDDEN_TIME || has_watched_runs))
            {
                break;
            }
        }
    }
}

/// Polls the statuses once, and the jobs too if `with_jobs` is set or they are not known. Returns the time until
/// the next poll in milliseconds.
async fn poll_once(app: App, session: &Session, with_jobs: bool) -> i64 {
    match load(app, session, with_jobs).await {
        Ok(is_active) => {
            app.jobs.error.set(None);
            app.jobs.updated.set(Some(browser::now()));
            load_histories(app);
            if is_active { ACTIVE_INTERVAL } else { IDLE_INTERVAL }
        }
        Err(error) if app.session_if_current(session.number).is_some() => {
            let retry_after =
                error.retry_after.map(|after| after.delay(browser::timestamp()).as_millis() as i64);
            app.jobs.error.set(Some(error));
            retry_after.unwrap_or_default().max(IDLE_INTERVAL)
        }
        Err(_) => IDLE_INTERVAL,
    }
}

/// Loads statuses and, if needed, jobs. Returns whether a job is pending or running.
async fn load(app: App, session: &Session, with_jobs: bool) -> Result<bool, Error> {
    let jobs = app.jobs;
    if with_jobs || jobs.list.with_untracked(Option::is_none) {
        load_jobs(app, session).await?;
    }
    let mut response = api::list_job_statuses(session).await?;
    if app.session_if_current(session.number).is_none() {
        return Ok(false);
    }
    let before = jobs.statuses.get_untracked();
    let mut overridden = Vec::new();
    STARTED.with_borrow(|started| {
        for status in &mut response.value {
            let reported = status.status;
            status.status = started.status(status.job_id, reported, browser::uptime());
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
        load_jobs(app, session).await?;
    }
    Ok(jobs.statuses.with_untracked(|statuses| statuses.values().any(|status| status.is_active())))
}

async fn load_jobs(app: App, session: &Session) -> Result<(), Error> {
    let response = api::list_jobs(session).await?;
    if app.session_if_current(session.number).is_some() {
        set_jobs(app, response);
    }
    Ok(())
}

/// Stores the jobs of the current connection.
pub fn set_jobs(app: App, response: ApiResponse<Vec<Job>>) {
    app.extensions.set(response.extensions);
    // Skip an unchanged list, because a change sorts and renders it again.
    let is_same = |list: &Option<JobIndex>| list.as_ref().is_some_and(|list| list.jobs() == response.value);
    if !app.jobs.list.with_untracked(is_same) {
        app.jobs.list.set(Some(JobIndex::new(response.value)));
    }
}

/// Marks a job that was just started as pending until the server reports it, and watches its run.
pub fn mark_pending(app: App, job: JobId, run: TriggerId) {
    app.watched_runs.update(|watched| watched.push((job, run)));
    STARTED.with_borrow_mut(|started| started.mark_started(job, browser::uptime()));
    app.jobs.statuses.update(|statuses| {
        statuses.insert(job, JobStatusCode::Pending);
    });
    app.refresh();
}

/// Records that the run of a job has ended.
pub fn mark_ended(app: App, job: JobId) {
    STARTED.with_borrow_mut(|started| started.mark_ended(job));
    app.refresh();
}
