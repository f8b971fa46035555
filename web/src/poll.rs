//! What is fetched without being asked for: jobs and statuses, again and again; histories of the jobs on the screen.

use std::{cell::RefCell, rc::Rc};

use txjobs_sdk::{
    Extensions, JobStatusCode, Trouble, TroubleKind, paths,
    types::{JobId, LogsSelection, TriggerId},
};

use crate::{
    api, browser,
    history::{Counts, History},
    state::{App, Session},
};

/// How long to wait between two looks, in milliseconds.
const BUSY: i64 = 2_000;
const IDLE: i64 = 10_000;
const HIDDEN: i64 = 30_000;
/// A page nobody has looked at for this long stops asking.
const ASLEEP: i64 = 15 * 60_000;
/// How many histories are fetched at the same time, where they are cheap.
const AT_ONCE: usize = 4;
/// A history older than this is fetched again when it is on the screen, where that is cheap: a quick job can have
/// run without ever being seen running.
const OLD: f64 = 60_000.0;
/// How many runs the list needs of a job.
const RUNS: i32 = 5;

thread_local! {
    /// Histories on their way. Plain, because nothing on the screen depends on it.
    static UNDER_WAY: RefCell<Vec<JobId>> = RefCell::default();
    static COUNTING: RefCell<Option<JobId>> = const { RefCell::new(None) };
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
            let pressed = app.jobs.refresh.get_untracked() != refreshed;
            if pressed || (now - since >= due && since_hidden < ASLEEP) {
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
async fn fetch(app: App, session: &Session, all: bool) -> Result<bool, Trouble> {
    let jobs = app.jobs;
    if all || jobs.list.with_untracked(Option::is_none) {
        fetch_list(app, session).await?;
    }
    let answer = api::list_job_statuses(session).await?;
    if app.session_numbered(session.number).is_none() {
        return Ok(false);
    }
    let known = |id: &JobId| {
        jobs.list
            .with_untracked(|list| list.as_ref().is_some_and(|list| list.iter().any(|job| job.id == *id)))
    };
    let before = jobs.statuses.get_untracked();
    let is_new =
        answer.value.iter().any(|status| !before.contains_key(&status.job_id) && !known(&status.job_id));
    let changed: Vec<_> = answer
        .value
        .iter()
        .filter(|status| before.get(&status.job_id).is_some_and(|before| *before != status.status))
        .map(|status| status.job_id)
        .collect();
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

async fn fetch_list(app: App, session: &Session) -> Result<(), Trouble> {
    let answer = api::list_jobs(session).await?;
    if app.session_numbered(session.number).is_some() {
        app.extensions.set(answer.extensions);
        // The same list again is no reason to arrange it anew.
        if app.jobs.list.with_untracked(|list| list.as_ref() != Some(&answer.value)) {
            app.jobs.list.set(Some(answer.value));
        }
    }
    Ok(())
}

/// Starts fetching the histories that the screen wants and that are not known or old, as many at once as is fair.
pub fn load_histories(app: App) {
    let Some(session) = app.session.get_untracked() else { return };
    let extensions = app.extensions.get_untracked();
    // Without the extensions a history comes with every line of every run: one at a time then.
    let at_once = if extensions.logs { AT_ONCE } else { 1 };
    while UNDER_WAY.with_borrow(Vec::len) < at_once {
        let Some(job) = next_history(app, extensions) else { break };
        UNDER_WAY.with_borrow_mut(|jobs| jobs.push(job));
        let session = session.clone();
        browser::spawn(async move {
            load_history(app, &session, job, extensions).await;
            UNDER_WAY.with_borrow_mut(|jobs| jobs.retain(|other| *other != job));
            load_histories(app);
        });
    }
    if UNDER_WAY.with_borrow(Vec::is_empty) && COUNTING.with_borrow(Option::is_none) {
        count_findings(app, session);
    }
}

fn next_history(app: App, extensions: Extensions) -> Option<JobId> {
    let now = browser::uptime();
    let jobs = app.jobs;
    jobs.wanted.with_untracked(|wanted| {
        jobs.histories.with_untracked(|histories| {
            let is_due = |job: &&JobId| match histories.get(*job) {
                None => true,
                Some(history) if history.loaded_at == f64::NEG_INFINITY => true,
                Some(history) => extensions.logs && now - history.loaded_at > OLD,
            };
            let is_free = |job: &&JobId| {
                UNDER_WAY.with_borrow(|jobs| !jobs.contains(job))
                    && jobs.missing.with_untracked(|missing| !missing.contains(job))
            };
            wanted.iter().filter(is_due).find(is_free).copied()
        })
    })
}

async fn load_history(app: App, session: &Session, job: JobId, extensions: Extensions) {
    let limit = extensions.limit.then_some(RUNS);
    let logs = extensions.logs.then_some(LogsSelection::None);
    let answer = api::executions(session, &paths::get_job_logs(job, limit, logs)).await;
    if app.session_numbered(session.number).is_none() {
        return;
    }
    match answer {
        Ok(answer) => app.jobs.histories.update(|histories| {
            let mut history = History::counted(&answer.value, browser::uptime());
            if extensions.logs {
                history.counts = histories.get(&job).and_then(|before| before.counts);
            }
            histories.insert(job, history);
        }),
        Err(trouble) => {
            app.jobs.missing.update(|missing| {
                missing.insert(job);
                if trouble.kind == TroubleKind::TooManyRequests {
                    // Ask for no more until the person does.
                    missing.extend(app.jobs.wanted.get_untracked());
                }
            });
        }
    }
}

/// Counts warnings and errors of the newest runs on the screen, one at a time. It needs a run's lines, so only runs
/// that say that they have some are looked into.
fn count_findings(app: App, session: Rc<Session>) {
    let wanted = app.jobs.wanted.get_untracked();
    let next = app.jobs.histories.with_untracked(|histories| {
        wanted.iter().find_map(|job| {
            let history = histories.get(job)?;
            let is_missing = app.jobs.missing.with_untracked(|missing| missing.contains(job));
            let last =
                history.last().filter(|last| last.has_findings() && history.last_counts().is_none())?;
            if is_missing {
                return None;
            }
            Some((*job, last.trigger?, last.execution))
        })
    });
    let Some((job, trigger, execution)) = next else { return };
    COUNTING.set(Some(job));
    browser::spawn(async move {
        let answer = count(&session, job, trigger).await;
        COUNTING.set(None);
        if app.session_numbered(session.number).is_none() {
            return;
        }
        match answer {
            Some(counts) => app.jobs.histories.update(|histories| {
                if let Some(history) = histories.get_mut(&job) {
                    history.counts = Some((execution, counts));
                }
            }),
            None => app.jobs.missing.update(|missing| {
                missing.insert(job);
            }),
        }
        load_histories(app);
    });
}

async fn count(session: &Session, job: JobId, trigger: TriggerId) -> Option<Counts> {
    let request = paths::get_job_logs_by_trigger(job, trigger, None);
    let arrived = api::executions(session, &request).await.ok()?.value;
    let at = arrived.executions.iter().position(|run| run.trigger_id == Some(trigger))?;
    Some(Counts::of(&arrived, at))
}

/// What is known before the next look: the job was just started.
pub fn expect(app: App, job: JobId, status: JobStatusCode) {
    app.jobs.statuses.update(|statuses| {
        statuses.insert(job, status);
    });
    app.refresh();
}
