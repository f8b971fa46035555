//! One run, from the address to its outcome: the SDK's `RunFollower` and the browser brought together.

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

/// A page that nobody sees asks this rarely, in milliseconds.
const HIDDEN: i32 = 10_000;
/// How often a run that was started from the application is looked at: all runs of the job come with it.
const BY_EXECUTION: i32 = 5_000;

/// What the screen of a run shows.
#[derive(Clone, Copy, Debug)]
pub struct RunView {
    pub stage: RwSignal<Stage>,
    pub execution: RwSignal<Option<RunSummary>>,
    pub log: RwSignal<Log>,
    /// What went wrong last; what came before stays on the screen.
    pub trouble: RwSignal<Option<Error>>,
    /// How many bytes of the answer that is on its way have come.
    pub came: RwSignal<usize>,
    /// The person wants no more of it.
    pub halt: RwSignal<bool>,
}

/// The lines that a screen has shown, so that none comes twice.
pub type Seen = Rc<RefCell<KnownLines>>;

/// How far the look at a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has come yet.
    Looking,
    /// The job is pending: there is no execution yet.
    Pending,
    /// Nothing on the server has this id.
    NotThere,
    /// The execution is there and has not ended.
    Going,
    /// The execution has ended.
    Ended,
    /// Following has ended without an outcome; see the trouble.
    Stopped,
    /// The person has stopped the loading of the log.
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

/// Whether the screen is still there. Its end is seen before anything is written to it.
pub fn alive() -> Arc<AtomicBool> {
    let alive = Arc::new(AtomicBool::new(true));
    let gone = alive.clone();
    on_cleanup(move || gone.store(false, Ordering::Relaxed));
    alive
}

/// An answer, taken in: its executions, none if the screen is gone or the person has stopped it. Lines that came of an
/// answer that broke off are shown at once.
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
        // Whoever reads how far it is reads whole megabytes.
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

/// Follows a run until it ends or the screen is left.
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
        // A wait here must not count as slowness of the server, which sets the pace.
        api::pass_gate(&session).await;
        if !is_alive() {
            return;
        }
        let request = match follow.step(browser::since_start()) {
            // No deadline is given: a screen follows as long as it is there.
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
            // The console polls the list of statuses anyway.
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
                // Without this extension all lines come again each time.
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
                // Some servers answer 404 while the job is pending: no trouble.
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

/// How long to leave a server alone, and the network, after an answer that began to be asked for at `begun`: four times as
/// long as it took, in milliseconds. Of a short log nobody feels it.
fn rest_after(begun: f64) -> i32 {
    ((browser::uptime() - begun) as i32).saturating_mul(4).min(60_000)
}

/// The newest execution that fits, with its newest line, and its lines.
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

/// Whether the id in the address is not a trigger id but an execution's.
async fn is_execution(app: App, session: &Session, job: JobId, run: TriggerId) -> bool {
    let has_logs = app.extensions.get_untracked().logs;
    let request = paths::get_job_logs(job, None, has_logs.then_some(LogsSelection::None));
    let answer = api::executions(session, &request).await;
    answer.is_ok_and(|answer| answer.value.executions.iter().any(|execution| *execution.id == *run))
}

/// Follows a run that was started from the application: only the logs of the whole job have it.
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

/// The history of one job for its own screen, as long as a server can give it cheaply.
pub fn history_request(job: JobId, extensions: Extensions) -> Request {
    let logs = extensions.logs.then_some(LogsSelection::None);
    paths::get_job_logs(job, extensions.limit.then_some(50), logs)
}
