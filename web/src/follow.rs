//! Follows one run to its outcome: drives the SDK's run follower with the requests and timers of the browser.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::prelude::on_cleanup;
use txjobs_sdk::{
    Error, ErrorKind, Extensions,
    follow::{KnownLines, RunFollower, Step},
    operation::Request,
    paths,
    types::{JobExecution, JobId, LogsSelection, TriggerId},
};

use crate::{
    answer::Answer,
    api, browser,
    history::RunSummary,
    log::{Arrived, Lines, Log},
    poll,
    reactive::RwSignal,
    state::{App, Session},
};

/// Minimum time between requests while the page is hidden, in milliseconds.
const HIDDEN_INTERVAL: i32 = 10_000;
/// Minimum time between requests for a run that the application started, in milliseconds. Such a request returns all
/// runs of the job.
const EXECUTION_INTERVAL: i32 = 5_000;

/// State of the run screen.
#[derive(Clone, Copy, Debug)]
pub struct RunView {
    pub stage: RwSignal<Stage>,
    pub execution: RwSignal<Option<RunSummary>>,
    pub log: RwSignal<Log>,
    /// Error of the last request. Data of earlier requests stays on the screen.
    pub trouble: RwSignal<Option<Error>>,
    /// Number of received bytes of the current response.
    pub came: RwSignal<usize>,
    /// Whether the user requested to stop loading the log.
    pub halt: RwSignal<bool>,
}

/// The lines already on the screen, used to skip duplicates.
pub type Seen = Rc<RefCell<KnownLines>>;

/// Progress of following a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first response has not arrived yet.
    Looking,
    /// The job is pending and has no execution yet.
    Pending,
    /// The server knows no run with this id.
    NotThere,
    /// The execution exists and has not ended.
    Going,
    /// The execution has ended.
    Ended,
    /// Following stopped because of a permanent error.
    Stopped,
    /// The user stopped loading the log.
    Halted,
}

impl Default for RunView {
    fn default() -> Self {
        Self {
            stage: RwSignal::new(Stage::Looking),
            execution: RwSignal::new(None),
            log: RwSignal::new(Log::default()),
            trouble: RwSignal::new(None),
            came: RwSignal::new(0),
            halt: RwSignal::new(false),
        }
    }
}

/// Returns a flag that turns false when the current screen is removed. Check it before writing to the screen's
/// signals.
pub fn alive() -> Arc<AtomicBool> {
    let alive = Arc::new(AtomicBool::new(true));
    let gone = alive.clone();
    on_cleanup(move || gone.store(false, Ordering::Relaxed));
    alive
}

/// Sends a request and returns the decoded response. Returns `None` if the screen is gone or the user stopped the
/// request. If the response is interrupted, the lines received so far are shown.
async fn ask(
    session: &Session,
    request: &Request,
    view: RunView,
    seen: &Seen,
    alive: &AtomicBool,
) -> Option<Result<Answer<Arrived>, Error>> {
    let went_on = |came: usize| {
        if !alive.load(Ordering::Relaxed) {
            return false;
        }
        // The progress is shown in whole megabytes.
        if came >> 20 != view.came.get_untracked() >> 20 {
            view.came.set(came);
        }
        !view.halt.get_untracked()
    };
    let answer = api::executions_in_pieces(session, request, seen, &went_on).await;
    if !alive.load(Ordering::Relaxed) {
        return None;
    }
    if view.came.get_untracked() > 0 {
        view.came.set(0);
    }
    match answer {
        Ok(answer) => Some(Ok(answer)),
        Err((trouble, lines)) => {
            add(view, lines);
            if trouble.is_none() {
                view.halt.set(false);
                view.stage.set(Stage::Halted);
            }
            trouble.map(Err)
        }
    }
}

fn add(view: RunView, lines: Lines) {
    if !lines.is_empty() {
        view.log.update(|log| log.append(lines.in_order()));
    }
}

/// Follows a run until it ends or the screen is removed.
pub async fn follow(
    app: App,
    session: Rc<Session>,
    job: JobId,
    run: TriggerId,
    view: RunView,
    seen: Seen,
    alive: Arc<AtomicBool>,
) {
    let is_alive = || alive.load(Ordering::Relaxed);
    let mut follow = RunFollower::new(job, run, browser::since_start());
    let (mut looked_elsewhere, mut rest) = (false, 0);
    loop {
        // Wait before the follower starts its clock: it adapts to the response time, and this pause is not part of it.
        api::pass_gate(&session).await;
        if !is_alive() {
            return;
        }
        let request = match follow.step(browser::since_start()) {
            // There is no deadline: the screen follows as long as it is open.
            Step::Ended(_) | Step::TimedOut => {
                view.stage.set(Stage::Ended);
                poll::run_ended(app, job);
                return;
            }
            Step::Failed(trouble) => {
                view.stage.set(Stage::Stopped);
                view.trouble.set(Some(trouble));
                return;
            }
            // Use the statuses that the console polls anyway.
            Step::SendStatusRequest(_) => {
                let now = browser::since_start();
                match app.jobs.statuses.with_untracked(|all| all.get(&job).copied()) {
                    Some(status) if app.jobs.trouble.with_untracked(Option::is_none) => {
                        follow.handle_status(now, status);
                    }
                    _ => {
                        let trouble = Error::new(ErrorKind::Unreachable);
                        let _ = follow.handle_error(now, browser::timestamp(), trouble);
                    }
                }
                continue;
            }
            Step::Wait(until) => {
                let wait = until.saturating_sub(browser::since_start()).as_millis() as i32;
                let wait = wait.max(rest);
                browser::sleep(if browser::is_hidden() { wait.max(HIDDEN) } else { wait }).await;
                if !is_alive() {
                    return;
                }
                continue;
            }
            Step::Send(request) => request,
        };
        let begun = browser::uptime();
        seen.borrow_mut().begin_response(follow.requested_after());
        let Some(answer) = ask(&session, &request, view, &seen, &alive).await else { return };
        match answer {
            Ok(answer) => {
                let extensions = answer.extensions;
                // Without this extension every response repeats all lines.
                rest = if extensions.after { 0 } else { rest_after(begun) };
                view.trouble.set(None);
                app.extensions.set(extensions);
                let ours = |execution: &JobExecution| execution.trigger_id.is_none_or(|id| id == run);
                let (executions, lines) = newest(answer.value, ours);
                let now = browser::since_start();
                follow.handle_response_without_lines(now, executions, extensions, &seen.borrow());
                add(view, lines);
            }
            Err(trouble) => {
                let not_found = trouble.kind == ErrorKind::NotFound;
                // Some servers respond with 404 while the job is pending.
                view.trouble.set((!not_found).then(|| trouble.clone()));
                if follow.handle_error(browser::since_start(), browser::timestamp(), trouble).is_err() {
                    view.stage.set(Stage::Stopped);
                    return;
                }
                if !not_found {
                    continue;
                }
            }
        }
        match follow.execution() {
            Some(execution) => {
                view.execution.set(Some(RunSummary::of(execution)));
                if !execution.state.is_final() {
                    view.stage.set(Stage::Going);
                }
            }
            None => {
                if !looked_elsewhere {
                    looked_elsewhere = true;
                    if is_execution(app, &session, job, run).await {
                        return follow_execution(app, session, job, run, view, seen, alive).await;
                    }
                    if !is_alive() {
                        return;
                    }
                }
                let waits =
                    app.jobs.statuses.with_untracked(|all| all.get(&job).is_none_or(|s| s.is_active()));
                view.stage.set(if waits { Stage::Pending } else { Stage::NotThere });
            }
        }
    }
}

/// Returns the pause after a request that began at `begun`, in milliseconds: four times its duration, to limit the
/// load on server and network.
fn rest_after(begun: f64) -> i32 {
    ((browser::uptime() - begun) as i32).saturating_mul(4).min(60_000)
}

/// Returns the newest execution that matches, and its lines.
fn newest(arrived: Arrived, fits: impl Fn(&JobExecution) -> bool) -> (Vec<JobExecution>, Lines) {
    let all = arrived.executions.iter().enumerate();
    match all.filter(|(_, execution)| fits(execution)).max_by_key(|(_, execution)| execution.create_time) {
        Some((at, _)) => {
            let (execution, lines) = arrived.take(at);
            (vec![execution], lines)
        }
        None => (Vec::new(), Lines::default()),
    }
}

/// Whether the id in the address is an execution id instead of a trigger id.
async fn is_execution(app: App, session: &Session, job: JobId, run: TriggerId) -> bool {
    let has_logs = app.extensions.get_untracked().logs;
    let request = paths::get_job_logs(job, None, has_logs.then_some(LogsSelection::None));
    let answer = api::executions(session, &request).await;
    answer.is_ok_and(|answer| answer.value.executions.iter().any(|execution| *execution.id == *run))
}

/// Follows a run that the application started. Only the logs of the whole job contain it.
async fn follow_execution(
    app: App,
    session: Rc<Session>,
    job: JobId,
    run: TriggerId,
    view: RunView,
    seen: Seen,
    alive: Arc<AtomicBool>,
) {
    let request = paths::get_job_logs(job, None, None);
    loop {
        let begun = browser::uptime();
        seen.borrow_mut().begin_response(None);
        let Some(answer) = ask(&session, &request, view, &seen, &alive).await else { return };
        match answer {
            Ok(answer) => {
                view.trouble.set(None);
                let (mut executions, lines) = newest(answer.value, |execution| *execution.id == *run);
                let Some(execution) = executions.pop() else {
                    view.stage.set(Stage::NotThere);
                    return;
                };
                add(view, lines);
                let is_final = execution.state.is_final();
                view.execution.set(Some(RunSummary::of(&execution)));
                view.stage.set(if is_final { Stage::Ended } else { Stage::Going });
                if is_final {
                    app.refresh();
                    return;
                }
            }
            Err(trouble) => {
                let ends = !trouble.is_transient();
                view.trouble.set(Some(trouble));
                if ends {
                    view.stage.set(Stage::Stopped);
                    return;
                }
            }
        }
        let wait = rest_after(begun).max(BY_EXECUTION);
        browser::sleep(if browser::is_hidden() { wait.max(HIDDEN) } else { wait }).await;
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
