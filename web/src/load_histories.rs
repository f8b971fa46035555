//! Loads the last runs of the jobs on the screen, and counts warnings and errors of the newest run.

use std::{cell::RefCell, rc::Rc};

use txjobs_sdk::{
    ErrorKind, Extensions, paths,
    types::{JobId, LogsSelection, TriggerId},
};

use crate::{
    api, browser,
    history::{Counts, History},
    state::{App, Session},
};

/// Maximum number of concurrent requests on a server that can leave out log lines.
const AT_ONCE: usize = 4;
/// Age in milliseconds after which a history on the screen is loaded again, because a short run can start and end
/// between two polls. Applies to servers that can leave out log lines.
const OLD: f64 = 60_000.0;
/// Number of runs that the job list shows for a job.
const RUNS: i32 = 5;
/// Histories that arrive within this time are shown together, in milliseconds.
const TOGETHER: i32 = 120;

thread_local! {
    /// Jobs whose history is being loaded. Not a signal, because nothing on the screen depends on it.
    static UNDER_WAY: RefCell<Vec<JobId>> = RefCell::default();
    static ARRIVED: RefCell<Vec<(JobId, History)>> = RefCell::default();
    static COUNTING: RefCell<Option<JobId>> = const { RefCell::new(None) };
}

/// Starts to load the histories that the screen needs and that are missing or outdated.
pub fn load_histories(app: App) {
    let Some(session) = app.session.get_untracked() else { return };
    let extensions = app.extensions.get_untracked();
    // Without the extension a response contains all lines of all runs, so load one history at a time.
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
                    && ARRIVED.with_borrow(|all| !all.iter().any(|(other, _)| other == *job))
                    && jobs.missing.with_untracked(|missing| !missing.contains(job))
            };
            let awaited = app.watched.with_untracked(|watched| {
                watched.iter().map(|(job, _)| *job).find(|job| is_due(&job) && is_free(&job))
            });
            awaited.or_else(|| wanted.iter().filter(is_due).find(is_free).copied())
        })
    })
}

/// Collects histories for a moment, so that the list is sorted and rendered once for several of them.
fn arrived(app: App, number: u32, job: JobId, history: History) {
    let is_first = ARRIVED.with_borrow(Vec::is_empty);
    ARRIVED.with_borrow_mut(|all| all.push((job, history)));
    if is_first {
        browser::spawn(async move {
            browser::sleep(TOGETHER).await;
            let all = ARRIVED.take();
            if app.session_numbered(number).is_none() {
                return;
            }
            app.jobs.histories.update(|histories| {
                for (job, mut history) in all {
                    history.counts = history.counts.or(histories.get(&job).and_then(|before| before.counts));
                    histories.insert(job, history);
                }
            });
            load_histories(app);
        });
    }
}

async fn load_history(app: App, session: &Session, job: JobId, extensions: Extensions) {
    let limit = extensions.limit.then_some(RUNS);
    let logs = extensions.logs.then_some(LogsSelection::None);
    let answer = api::executions(session, &paths::get_job_logs(job, limit, logs)).await;
    if app.session_numbered(session.number).is_none() {
        return;
    }
    match answer {
        Ok(answer) => {
            arrived(app, session.number, job, History::counted(&answer.value, browser::uptime()));
        }
        Err(trouble) => {
            app.jobs.missing.update(|missing| {
                missing.push(job);
                if trouble.kind == ErrorKind::TooManyRequests {
                    // Send no more requests until the user refreshes.
                    missing.extend(app.jobs.wanted.get_untracked());
                }
            });
        }
    }
}

/// Counts warnings and errors of the newest runs on the screen, one run at a time. Counting loads the run's log, so
/// runs that completed without issues are skipped.
fn count_findings(app: App, session: Rc<Session>) {
    let wanted = app.jobs.wanted.get_untracked();
    let counted = app.jobs.counted.get_untracked();
    let next = app.jobs.histories.with_untracked(|histories| {
        wanted.iter().take(counted).find_map(|job| {
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
                missing.push(job);
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
