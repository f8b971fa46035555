//! Follows one run to its outcome: drives the SDK's run follower with the requests and timers of the browser.

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use txjobs_sdk::{
    Error, ErrorKind, Extensions,
    follow::{RunFollower, Step},
    operation::Request,
    paths,
    types::{JobExecution, JobId, LogsSelection, TriggerId},
};

use crate::{
    api::{self, response::ApiResponse},
    log::{DecodedLogs, Lines},
    model::history::RunSummary,
    profiles::session::Session,
    state::App,
    tasks::{
        poll,
        run_view::{RunView, SharedKnownLines, Stage},
    },
    utils::time,
};

/// Minimum time between requests while the page is hidden, in milliseconds.
const HIDDEN_INTERVAL: i32 = 10_000;
/// Minimum time between requests for a run that the application started, in milliseconds. Such a request returns all
/// runs of the job.
const EXECUTION_INTERVAL: i32 = 5_000;

/// Sends a request and returns the decoded response. Returns `None` if the screen is gone or the user stopped the
/// request. If the response is interrupted, the lines received so far are shown.
async fn fetch(
    session: &Session,
    request: &Request,
    view: RunView,
    known_lines: &SharedKnownLines,
    alive: &AtomicBool,
) -> Option<Result<ApiResponse<DecodedLogs>, Error>> {
    let on_progress = |received: usize| {
        if !alive.load(Ordering::Relaxed) {
            return false;
        }
        // The progress is shown in whole megabytes.
        if received >> 20 != view.received_bytes.get_untracked() >> 20 {
            view.received_bytes.set(received);
        }
        !view.stop_requested.get_untracked()
    };
    let response = api::stream_executions(session, request, known_lines, &on_progress).await;
    if !alive.load(Ordering::Relaxed) {
        return None;
    }
    if view.received_bytes.get_untracked() > 0 {
        view.received_bytes.set(0);
    }
    match response {
        Ok(response) => Some(Ok(response)),
        Err((error, lines)) => {
            append_lines(view, lines);
            if error.is_none() {
                view.stop_requested.set(false);
                view.stage.set(Stage::LoadStopped);
            }
            error.map(Err)
        }
    }
}

fn append_lines(view: RunView, lines: Lines) {
    if !lines.is_empty() {
        view.log.update(|log| log.append(lines.sorted_by_time()));
    }
}

/// Follows a run until it ends or the screen is removed.
pub async fn follow_run(
    app: App,
    session: Rc<Session>,
    job: JobId,
    run: TriggerId,
    view: RunView,
    known_lines: SharedKnownLines,
    alive: Arc<AtomicBool>,
) {
    let is_alive = || alive.load(Ordering::Relaxed);
    let mut follower = RunFollower::new(job, run, browser::uptime());
    let (mut has_checked_execution, mut min_pause) = (false, 0);
    loop {
        // Wait before the follower starts its clock: it adapts to the response time, and this pause is not part of it.
        api::wait_for_pause(&session).await;
        if !is_alive() {
            return;
        }
        let request = match follower.step(browser::uptime()) {
            // There is no deadline: the screen follows as long as it is open.
            Step::Ended(_) | Step::TimedOut => {
                view.stage.set(Stage::Ended);
                poll::mark_ended(app, job);
                return;
            }
            Step::Failed(error) => {
                view.stage.set(Stage::Stopped);
                view.error.set(Some(error));
                return;
            }
            // Use the statuses that the console polls anyway.
            Step::SendStatusRequest(_) => {
                let now = browser::uptime();
                match app.jobs.statuses.with_untracked(|all| all.get(&job).copied()) {
                    Some(status) if app.jobs.error.with_untracked(Option::is_none) => {
                        follower.handle_status(now, status);
                    }
                    _ => {
                        let error = Error::new(ErrorKind::Unreachable);
                        let _ = follower.handle_error(now, browser::timestamp(), error);
                    }
                }
                continue;
            }
            Step::Wait(until) => {
                let wait = until.saturating_sub(browser::uptime()).as_millis() as i32;
                let wait = wait.max(min_pause);
                browser::sleep(if browser::is_hidden() { wait.max(HIDDEN_INTERVAL) } else { wait }).await;
                if !is_alive() {
                    return;
                }
                continue;
            }
            Step::Send(request) => request,
        };
        let started_at = browser::uptime_millis();
        known_lines.borrow_mut().begin_response(follower.requested_after());
        let Some(response) = fetch(&session, &request, view, &known_lines, &alive).await else { return };
        match response {
            Ok(response) => {
                let extensions = response.extensions;
                // Without this extension every response repeats all lines.
                min_pause = if extensions.after { 0 } else { pause_after(started_at) };
                view.error.set(None);
                app.extensions.set(extensions);
                let matches = |execution: &JobExecution| execution.trigger_id.is_none_or(|id| id == run);
                let (executions, lines) = take_newest(response.value, matches);
                let now = browser::uptime();
                follower.handle_response_without_lines(now, executions, extensions, &known_lines.borrow());
                append_lines(view, lines);
            }
            Err(error) => {
                let not_found = error.kind == ErrorKind::NotFound;
                // Some servers respond with 404 while the job is pending.
                view.error.set((!not_found).then(|| error.clone()));
                if follower.handle_error(browser::uptime(), browser::timestamp(), error).is_err() {
                    view.stage.set(Stage::Stopped);
                    return;
                }
                if !not_found {
                    continue;
                }
            }
        }
        match follower.execution() {
            Some(execution) => {
                view.execution.set(Some(RunSummary::from_execution(execution)));
                if !execution.state.is_final() {
                    view.stage.set(Stage::Running);
                }
            }
            None => {
                if !has_checked_execution {
                    has_checked_execution = true;
                    if is_execution(app, &session, job, run).await {
                        return follow_execution(app, session, job, run, view, known_lines, alive).await;
                    }
                    if !is_alive() {
                        return;
                    }
                }
                let is_active =
                    app.jobs.statuses.with_untracked(|all| all.get(&job).is_none_or(|s| s.is_active()));
                view.stage.set(if is_active { Stage::Pending } else { Stage::NotFound });
            }
        }
    }
}

/// Returns the pause after a request that began at `started_at`, in milliseconds: four times its duration, to limit the
/// load on server and network.
fn pause_after(started_at: f64) -> i32 {
    ((browser::uptime_millis() - started_at) as i32).saturating_mul(4).min(60_000)
}

/// Returns the newest execution that matches, and its lines.
fn take_newest(logs: DecodedLogs, matches: impl Fn(&JobExecution) -> bool) -> (Vec<JobExecution>, Lines) {
    let all = logs.executions.iter().enumerate();
    match all.filter(|(_, execution)| matches(execution)).max_by_key(|(_, execution)| execution.create_time) {
        Some((index, _)) => {
            let (execution, lines) = logs.into_execution(index);
            (vec![execution], lines)
        }
        None => (Vec::new(), Lines::default()),
    }
}

/// Returns whether the id in the address is an execution id instead of a trigger id.
async fn is_execution(app: App, session: &Session, job: JobId, run: TriggerId) -> bool {
    let has_logs = app.extensions.get_untracked().logs;
    let request = paths::get_job_logs(job, None, has_logs.then_some(LogsSelection::None));
    let response = api::executions(session, &request).await;
    response.is_ok_and(|response| response.value.executions.iter().any(|execution| *execution.id == *run))
}

/// Follows a run that the application started. Only the logs of the whole job contain it.
async fn follow_execution(
    app: App,
    session: Rc<Session>,
    job: JobId,
    run: TriggerId,
    view: RunView,
    known_lines: SharedKnownLines,
    alive: Arc<AtomicBool>,
) {
    let request = paths::get_job_logs(job, None, None);
    loop {
        let started_at = browser::uptime_millis();
        known_lines.borrow_mut().begin_response(None);
        let Some(response) = fetch(&session, &request, view, &known_lines, &alive).await else { return };
        match response {
            Ok(response) => {
                view.error.set(None);
                let (mut executions, lines) = take_newest(response.value, |execution| *execution.id == *run);
                let Some(execution) = executions.pop() else {
                    view.stage.set(Stage::NotFound);
                    return;
                };
                append_lines(view, lines);
                let is_final = execution.state.is_final();
                view.execution.set(Some(RunSummary::from_execution(&execution)));
                view.stage.set(if is_final { Stage::Ended } else { Stage::Running });
                if is_final {
                    app.refresh();
                    return;
                }
            }
            Err(error) => {
                let is_permanent = !error.is_transient();
                view.error.set(Some(error));
                if is_permanent {
                    view.stage.set(Stage::Stopped);
                    return;
                }
            }
        }
        let wait = pause_after(started_at).max(EXECUTION_INTERVAL);
        browser::sleep(if browser::is_hidden() { wait.max(HIDDEN_INTERVAL) } else { wait }).await;
        if !alive.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Returns the request for a job's history on its screen, without log lines if the server supports that.
pub fn history_request(job: JobId, extensions: Extensions) -> Request {
    let logs = extensions.logs.then_some(LogsSelection::None);
    paths::get_job_logs(job, extensions.limit.then_some(50), logs)
}
