//! Polls jobs and statuses.

use std::cell::RefCell;

use txjobs_sdk::{
    Error, JobStatusCode, StartedJobs,
    types::{Job, JobId, TriggerId},
};

use crate::{
    answer::Answer,
    api, browser,
    jobs_list::Catalog,
    load_histories::load_histories,
    state::{App, Session},
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
pub async fn keep_fresh(app: App, number: u32) {
    let mut hidden_since = None;
    let mut refreshed = app.jobs.refresh.get_untracked();
    while let Some(session) = app.session_numbered(number) {
        let asked = app.jobs.refresh.get_untracked();
        let delay = look(app, &session, asked != refreshed).await;
        refreshed = asked;
        let since = browser::now();
        // Short steps, so that a refresh or a return to the page takes effect immediately.
        loop {
            browser::sleep(250).await;
            if app.session_numbered(number).is_none() {
                return;
            }
            let now = browser::now();
            let hidden = browser::is_hidden();
            if !hidden {
                app.now.set(now);
                hidden_since = None;
            }
            let since_hidden = if hidden { now - *hidden_since.get_or_insert(now) } else { 0 };
            let due = if hidden { delay.max(HIDDEN) } else { delay };
            let is_awaited = !app.watched.with_untracked(Vec::is_empty);
            let pressed = app.jobs.refresh.get_untracked() != refreshed;
            if pressed || (now - since >= due && (since_hidden < ASLEEP || is_awaited)) {
                break;
            }
        }
    }
}

/// Polls the statuses once, and the jobs too if `with_jobs` is set or they are not known. Returns the time until
/// the next poll in milliseconds.
async fn look(app: App, session: &Session, all: bool) -> i64 {
    match fetch(app, session, all).await {
        Ok(busy) => {
            app.jobs.trouble.set(None);
            app.jobs.updated.set(Some(browser::now()));
            load_histories(app);
            if busy { BUSY } else { IDLE }
        }
        Err(trouble) if app.session_numbered(session.number).is_some() => {
            let asked = trouble.retry_after.map(|after| after.delay(browser::timestamp()).as_millis() as i64);
            app.jobs.trouble.set(Some(trouble));
            asked.unwrap_or_default().max(IDLE)
        }
        Err(_) => IDLE,
    }
}

/// Loads statuses and, if needed, jobs. Returns whether a job is pending or running.
async fn fetch(app: App, session: &Session, all: bool) -> Result<bool, Error> {
    let jobs = app.jobs;
    if all || jobs.list.with_untracked(Option::is_none) {
        fetch_list(app, session).await?;
    }
    let mut answer = api::list_job_statuses(session).await?;
    if app.session_numbered(session.number).is_none() {
        return Ok(false);
    }
    let before = jobs.statuses.get_untracked();
    let mut held = Vec::new();
    STARTED.with_borrow(|started| {
        for status in &mut answer.value {
            let told = status.status;
            status.status = started.status(status.job_id, told, browser::since_start());
            if status.status != told {
                held.push(status.job_id);
            }
        }
    });
    let is_new = jobs.list.with_untracked(|list| {
        let is_known = |id| list.as_ref().is_some_and(|list| list.find(id).is_some());
        answer.value.iter().any(|status| !before.contains_key(&status.job_id) && !is_known(status.job_id))
    });
    let mut changed: Vec<_> = answer
        .value
        .iter()
        .filter(|status| before.get(&status.job_id).is_some_and(|before| *before != status.status))
        .map(|status| status.job_id)
        .collect();
    // A short run may already have ended; its history shows that.
    changed.append(&mut held);
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
    let statuses = answer.value.iter().map(|status| (status.job_id, status.status)).collect();
    if statuses != before {
        jobs.statuses.set(statuses);
    }
    if is_new {
        fetch_list(app, session).await?;
    }
    Ok(jobs.statuses.with_untracked(|statuses| statuses.values().any(|status| status.is_active())))
}

async fn fetch_list(app: App, session: &Session) -> Result<(), Error> {
    let answer = api::list_jobs(session).await?;
    if app.session_numbered(session.number).is_some() {
        jobs_came(app, answer);
    }
    Ok(())
}

/// Stores the jobs of the current connection.
pub fn jobs_came(app: App, answer: Answer<Vec<Job>>) {
    app.extensions.set(answer.extensions);
    // Skip an unchanged list, because a change sorts and renders it again.
    let is_same = |list: &Option<Catalog>| list.as_ref().is_some_and(|list| list.jobs() == answer.value);
    if !app.jobs.list.with_untracked(is_same) {
        app.jobs.list.set(Some(Catalog::new(answer.value)));
    }
}

/// Marks a job that was just started as pending until the server reports it, and watches its run.
pub fn expect(app: App, job: JobId, run: TriggerId) {
    app.watched.update(|watched| watched.push((job, run)));
    STARTED.with_borrow_mut(|started| started.mark_started(job, browser::since_start()));
    app.jobs.statuses.update(|statuses| {
        statuses.insert(job, JobStatusCode::Pending);
    });
    app.refresh();
}

/// Records that the run of a job has ended.
pub fn run_ended(app: App, job: JobId) {
    STARTED.with_borrow_mut(|started| started.mark_ended(job));
    app.refresh();
}
