//! Loads the last runs of the jobs on the screen, and counts warnings and errors of the newest run.

use std::{cell::RefCell, rc::Rc};

use txjobs_sdk::{
    ErrorKind, Extensions, paths,
    types::{JobId, LogsSelection, TriggerId},
};

use crate::{
    api, browser,
    history::{History, IssueCounts},
    session::Session,
    state::App,
};

/// Maximum number of concurrent requests on a server that can leave out log lines.
const MAX_CONCURRENT: usize = 4;
/// Age in milliseconds after which a history on the screen is loaded again, because a short run can start and end
/// between two polls. Applies to servers that can leave out log lines.
const MAX_AGE: f64 = 60_000.0;
/// Number of runs that the job list shows for a job.
const RUNS_PER_JOB: i32 = 5;
/// Histories that arrive within this time are shown together, in milliseconds.
const BATCH_WINDOW: i32 = 120;

thread_local! {
    /// Jobs whose history is being loaded. Not a signal, because nothing on the screen depends on it.
    static IN_FLIGHT: RefCell<Vec<JobId>> = RefCell::default();
    /// Received histories that are not shown yet.
    static RECEIVED: RefCell<Vec<(JobId, History)>> = RefCell::default();
    /// The job whose issues are being counted.
    static COUNTING: RefCell<Option<JobId>> = const { RefCell::new(None) };
}

/// Starts to load the histories that the screen needs and that are missing or outdated.
pub fn load_histories(app: App) {
    let Some(session) = app.session.get_untracked() else { return };
    let extensions = app.extensions.get_untracked();
    // Without the extension a response contains all lines of all runs, so load one history at a time.
    let max_concurrent = if extensions.logs { MAX_CONCURRENT } else { 1 };
    while IN_FLIGHT.with_borrow(Vec::len) < max_concurrent {
        let Some(job) = next_job(app, extensions) else { break };
        IN_FLIGHT.with_borrow_mut(|jobs| jobs.push(job));
        let session = session.clone();
        browser::spawn(async move {
            load_history(app, &session, job, extensions).await;
            IN_FLIGHT.with_borrow_mut(|jobs| jobs.retain(|other| *other != job));
            load_histories(app);
        });
    }
    if IN_FLIGHT.with_borrow(Vec::is_empty) && COUNTING.with_borrow(Option::is_none) {
        count_issues(app, session);
    }
}

fn next_job(app: App, extensions: Extensions) -> Option<JobId> {
    let now = browser::uptime_millis();
    let jobs = app.jobs;
    jobs.requested.with_untracked(|requested| {
        jobs.histories.with_untracked(|histories| {
            let is_outdated = |job: &&JobId| match histories.get(*job) {
                None => true,
                Some(history) if history.loaded_at == f64::NEG_INFINITY => true,
                Some(history) => extensions.logs && now - history.loaded_at > MAX_AGE,
            };
            let is_free = |job: &&JobId| {
                IN_FLIGHT.with_borrow(|jobs| !jobs.contains(job))
                    && RECEIVED.with_borrow(|all| !all.iter().any(|(other, _)| other == *job))
                    && jobs.failed.with_untracked(|failed| !failed.contains(job))
            };
            let watched = app.watched_runs.with_untracked(|runs| {
                runs.iter().map(|(job, _)| *job).find(|job| is_outdated(&job) && is_free(&job))
            });
            watched.or_else(|| requested.iter().filter(is_outdated).find(is_free).copied())
        })
    })
}

/// Collects histories for a moment, so that the list is sorted and rendered once for several of them.
fn queue_update(app: App, number: u32, job: JobId, history: History) {
    let is_first = RECEIVED.with_borrow(Vec::is_empty);
    RECEIVED.with_borrow_mut(|all| all.push((job, history)));
    if is_first {
        browser::spawn(async move {
            browser::sleep(BATCH_WINDOW).await;
            let all = RECEIVED.take();
            if app.session_if_current(number).is_none() {
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
    let limit = extensions.limit.then_some(RUNS_PER_JOB);
    let logs = extensions.logs.then_some(LogsSelection::None);
    let response = api::executions(session, &paths::get_job_logs(job, limit, logs)).await;
    if app.session_if_current(session.number).is_none() {
        return;
    }
    match response {
        Ok(response) => {
            queue_update(
                app,
                session.number,
                job,
                History::from_logs(&response.value, browser::uptime_millis()),
            );
        }
        Err(error) => {
            app.jobs.failed.update(|failed| {
                failed.push(job);
                if error.kind == ErrorKind::TooManyRequests {
                    // Send no more requests until the user refreshes.
                    failed.extend(app.jobs.requested.get_untracked());
                }
            });
        }
    }
}

/// IssueCounts warnings and errors of the newest runs on the screen, one run at a time. Counting loads the run's log, so
/// runs that completed without issues are skipped.
fn count_issues(app: App, session: Rc<Session>) {
    let requested = app.jobs.requested.get_untracked();
    let counted = app.jobs.counted.get_untracked();
    let next = app.jobs.histories.with_untracked(|histories| {
        requested.iter().take(counted).find_map(|job| {
            let history = histories.get(job)?;
            let has_failed = app.jobs.failed.with_untracked(|failed| failed.contains(job));
            let newest = history
                .newest()
                .filter(|run| run.is_issue_possible() && history.newest_counts().is_none())?;
            if has_failed {
                return None;
            }
            Some((*job, newest.trigger?, newest.execution))
        })
    });
    let Some((job, trigger, execution)) = next else { return };
    COUNTING.set(Some(job));
    browser::spawn(async move {
        let response = count_run(&session, job, trigger).await;
        COUNTING.set(None);
        if app.session_if_current(session.number).is_none() {
            return;
        }
        match response {
            Some(counts) => app.jobs.histories.update(|histories| {
                if let Some(history) = histories.get_mut(&job) {
                    history.counts = Some((execution, counts));
                }
            }),
            None => app.jobs.failed.update(|failed| {
                failed.push(job);
            }),
        }
        load_histories(app);
    });
}

async fn count_run(session: &Session, job: JobId, trigger: TriggerId) -> Option<IssueCounts> {
    let request = paths::get_job_logs_by_trigger(job, trigger, None);
    let logs = api::executions(session, &request).await.ok()?.value;
    let index = logs.executions.iter().position(|run| run.trigger_id == Some(trigger))?;
    Some(IssueCounts::from_logs(&logs, index))
}
