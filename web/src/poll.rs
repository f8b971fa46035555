//! Jobs and statuses, again and again, without being asked for.

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

/// How long to wait between two looks, in milliseconds.
const BUSY: i64 = 2_000;
const IDLE: i64 = 10_000;
const HIDDEN: i64 = 30_000;
/// A page nobody has looked at for this long stops asking, unless the end of a run is to be told.
const ASLEEP: i64 = 15 * 60_000;

thread_local! {
    /// Jobs that were started here and that a list of a lagging replica does not contain yet.
    static STARTED: RefCell<StartedJobs> = RefCell::default();
}

/// Keeps jobs and statuses fresh as long as the connection is this one.
pub async fn keep_fresh(app: App, number: u32) {
    let mut hidden_since = None;
    let mut refreshed = app.jobs.refresh.get_untracked();
    while let Some(session) = app.session_numbered(number) {
        let asked = app.jobs.refresh.get_untracked();
        let delay = look(app, &session, asked != refreshed).await;
        refreshed = asked;
        let since = browser::now();
        // In short steps: a press on refresh or a return to the page is to be felt at once.
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

/// One look at statuses, and at the jobs too if they are not known or were asked for. Gives the time to the next.
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

/// Whether something is pending or running.
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
    // A quick run may have ended nevertheless: its history says so.
    changed.append(&mut held);
    if !changed.is_empty() {
        // Something began or ended: what is known of its runs is old.
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

/// Shows the jobs of the connection there is.
pub fn jobs_came(app: App, answer: Answer<Vec<Job>>) {
    app.extensions.set(answer.extensions);
    // The same list again is no reason to arrange it anew.
    let is_same = |list: &Option<Catalog>| list.as_ref().is_some_and(|list| list.jobs() == answer.value);
    if !app.jobs.list.with_untracked(is_same) {
        app.jobs.list.set(Some(Catalog::new(answer.value)));
    }
}

/// What is known before the next look: the job was just started. The end of its run will be told.
pub fn expect(app: App, job: JobId, run: TriggerId) {
    app.watched.update(|watched| watched.push((job, run)));
    STARTED.with_borrow_mut(|started| started.mark_started(job, browser::since_start()));
    app.jobs.statuses.update(|statuses| {
        statuses.insert(job, JobStatusCode::Pending);
    });
    app.refresh();
}

/// Notes that the run of a job has ended.
pub fn run_ended(app: App, job: JobId) {
    STARTED.with_borrow_mut(|started| started.mark_ended(job));
    app.refresh();
}
