//! Follows one run to its outcome: drives the SDK's run follower with the requests and timers of the browser.

use std::{cell::RefCell, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};
use txjobs_sdk::{
    Error, ErrorKind,
    follow::{KnownLines, RunFollower, Step},
    operation::Request,
    paths,
    types::{JobExecution, LogsSelection},
};

use crate::{
    api::{Api, response::ApiResponse},
    log::{DecodedLogs, Lines},
    model::history::RunSummary,
    state::{Jobs, RunState, Stage},
    utils::{effects::on_window_event, time},
};

/// Minimum time between requests while the page is hidden.
const HIDDEN_INTERVAL: Duration = Duration::from_secs(10);
/// Minimum time between requests for a run that the application started. Such a request returns all runs of the job.
const EXECUTION_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum pause to limit the load on the server.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// Time after which following continues if an error interrupted it.
const RECOVERY_INTERVAL: Duration = Duration::from_secs(30);
/// How often a pause looks whether the user requested to continue or the server can be reached again.
const STEP: Duration = Duration::from_millis(250);

/// Follows a run until it ends or the current owner is cleaned up.
pub fn follow_run(api: Api, jobs: Jobs, state: RunState) {
    let task = RunTask { api, jobs, state, known_lines: RefCell::default() };
    spawn_local_scoped_with_cancellation(async move { task.follow().await });
    // The success of this poll ends the pause after an error.
    on_window_event(ev::online, move |_| jobs.poll_now());
}

struct RunTask {
    api: Api,
    jobs: Jobs,
    state: RunState,
    /// The lines on the screen.
    known_lines: RefCell<KnownLines>,
}

/// What the user or an error requires before the next request.
enum Interruption {
    /// The user stopped loading the log.
    ByUser,
    Error(Error),
}

impl RunTask {
    async fn follow(&self) {
        let state = self.state;
        let now = time::uptime();
        let mut follower =
            RunFollower::new(state.job, state.run, now).with_wall_clock(now, time::timestamp());
        if self.is_started_here() {
            follower = follower.with_run_accepted();
        }
        while let Err(interruption) = self.follow_until_interrupted(&mut follower).await {
            self.wait_for_recovery(interruption).await;
            follower.resume(time::uptime());
        }
        state.set_stage(Stage::Ended);
        self.jobs.mark_ended(state.job);
    }

    /// Follows a run to its end.
    async fn follow_until_interrupted(&self, follower: &mut RunFollower) -> Result<(), Interruption> {
        let state = self.state;
        let (mut has_checked_execution, mut min_pause) = (false, Duration::ZERO);
        loop {
            // Wait before the follower starts its clock: it adapts to the response time, and this pause is not part of it.
            self.api.wait_for_pause().await;
            let request = match follower.step(time::uptime()) {
                // There is no deadline: the screen follows as long as it is open.
                Step::Ended(_) | Step::TimedOut => return Ok(()),
                Step::Failed(error) => return Err(Interruption::Error(error)),
                Step::SendStatusRequest(_) => {
                    self.handle_polled_status(follower);
                    continue;
                }
                Step::Wait(until) => {
                    let wait = until.saturating_sub(time::uptime()).max(min_pause);
                    if self.pause(wait).await {
                        follower.resume(time::uptime());
                    }
                    continue;
                }
                Step::Send(request) => request,
            };
            let started_at = time::uptime();
            self.known_lines.borrow_mut().begin_response(follower.requested_after());
            match self.fetch(&request).await {
                Ok(response) => {
                    // Without this extension every response repeats all lines.
                    let repeats_lines = !response.extensions.after;
                    min_pause = if repeats_lines { pause_after(started_at) } else { Duration::ZERO };
                    self.handle_response(follower, response);
                }
                Err(Interruption::ByUser) => return Err(Interruption::ByUser),
                Err(Interruption::Error(error)) => {
                    // Some servers respond with 404 while the job is pending.
                    let is_not_found = error.kind == ErrorKind::NotFound;
                    state.error.set((!is_not_found).then(|| error.clone()));
                    let result = follower.handle_error(time::uptime(), time::timestamp(), error);
                    result.map_err(Interruption::Error)?;
                    if !is_not_found {
                        continue;
                    }
                }
            }
            if let Some(execution) = follower.execution() {
                self.show(execution);
                continue;
            }
            let is_checked = std::mem::replace(&mut has_checked_execution, true) || self.is_started_here();
            if !is_checked && self.may_be_execution_id().await && self.follow_execution().await? {
                return Ok(());
            }
            self.show_without_execution();
        }
    }

    fn handle_response(&self, follower: &mut RunFollower, response: ApiResponse<DecodedLogs>) {
        let Self { jobs, state, .. } = *self;
        let extensions = response.extensions;
        state.error.set(None);
        jobs.extensions.set(extensions);
        let (executions, lines) = take_newest(response.value, |execution| execution.is_found_by(state.run));
        let known_lines = self.known_lines.borrow();
        follower.handle_response_without_lines(time::uptime(), executions, extensions, &known_lines);
        self.append_lines(lines);
    }

    /// Uses the statuses that the console polls anyway.
    fn handle_polled_status(&self, follower: &mut RunFollower) {
        let now = time::uptime();
        let is_current = self.jobs.error.with_untracked(Option::is_none);
        match untrack(|| self.jobs.status(self.state.job)).filter(|_| is_current) {
            Some(status) => follower.handle_status(now, status),
            None => {
                let error = Error::new(ErrorKind::Unreachable);
                let _ = follower.handle_error(now, time::timestamp(), error);
            }
        }
    }

    /// Returns whether the id in the address may be an execution id instead of a trigger id.
    async fn may_be_execution_id(&self) -> bool {
        if !self.jobs.extensions.get_untracked().logs {
            // The answer would be as long as the response with the log.
            return true;
        }
        let request = paths::get_job_logs(self.state.job, None, Some(LogsSelection::None));
        let response = self.api.executions(&request).await;
        let id = *self.state.run;
        response.is_ok_and(|response| response.value.executions.iter().any(|execution| *execution.id == id))
    }

    /// Follows a run that the application started to its end. Only the logs of the whole job contain it. Returns false if
    /// the server has no such execution.
    async fn follow_execution(&self) -> Result<bool, Interruption> {
        let state = self.state;
        let request = paths::get_job_logs(state.job, None, None);
        loop {
            let started_at = time::uptime();
            self.known_lines.borrow_mut().begin_response(None);
            match self.fetch(&request).await {
                Ok(response) => {
                    state.error.set(None);
                    let (mut executions, lines) =
                        take_newest(response.value, |execution| *execution.id == *state.run);
                    let Some(execution) = executions.pop() else {
                        // The lines of other executions are not on the screen.
                        *self.known_lines.borrow_mut() = KnownLines::default();
                        return Ok(false);
                    };
                    self.append_lines(lines);
                    self.show(&execution);
                    if execution.state.is_final() {
                        return Ok(true);
                    }
                }
                // The job has no runs yet.
                Err(Interruption::Error(error)) if error.kind == ErrorKind::NotFound => return Ok(false),
                Err(Interruption::Error(error)) if error.is_transient() => state.error.set(Some(error)),
                Err(interruption) => return Err(interruption),
            }
            self.pause(pause_after(started_at).max(EXECUTION_INTERVAL)).await;
        }
    }

    /// Sends a request and returns the decoded response. If the response is interrupted, the lines received so far are
    /// shown.
    async fn fetch(&self, request: &Request) -> Result<ApiResponse<DecodedLogs>, Interruption> {
        let state = self.state;
        let on_progress = |received: usize| {
            // The progress is shown in whole megabytes.
            if received >> 20 != state.received_bytes.get_untracked() >> 20 {
                state.received_bytes.set(received);
            }
            !state.stop_requested.get_untracked()
        };
        let response = self.api.stream_executions(request, &self.known_lines, &on_progress).await;
        if state.received_bytes.get_untracked() > 0 {
            state.received_bytes.set(0);
        }
        response.map_err(|(error, lines)| {
            self.append_lines(lines);
            error.map_or(Interruption::ByUser, Interruption::Error)
        })
    }

    fn append_lines(&self, lines: Lines) {
        if !lines.is_empty() {
            self.state.log.update(|log| log.append(lines.sorted_by_time()));
        }
    }

    fn show(&self, execution: &JobExecution) {
        self.state.set_execution(RunSummary::from_execution(execution));
        self.state.set_link(execution.external_link.as_ref());
        if !execution.state.is_final() {
            self.state.set_stage(Stage::Running);
        }
    }

    fn show_without_execution(&self) {
        let Self { jobs, state, .. } = *self;
        // The list of statuses may be older than the run.
        let is_active = untrack(|| jobs.status(state.job)).is_none_or(txjobs_sdk::JobStatusCode::is_active);
        let is_pending = is_active || self.is_started_here();
        state.set_stage(if is_pending { Stage::Pending } else { Stage::Searching });
        let started_at = jobs.started_runs.with_untracked(|runs| runs.get(&state.run).copied());
        state.waiting_since.maybe_update(|since| {
            let is_first = since.is_none();
            since.get_or_insert(started_at.unwrap_or_else(time::now));
            is_first
        });
    }

    fn is_started_here(&self) -> bool {
        self.jobs.started_runs.with_untracked(|runs| runs.contains_key(&self.state.run))
    }

    /// Waits until following can continue: until the user requests it, and after an error that may pass also for a while or
    /// until the server can be reached again.
    async fn wait_for_recovery(&self, interruption: Interruption) {
        let state = self.state;
        let max_wait = match interruption {
            Interruption::ByUser => {
                state.stop_requested.set(false);
                state.set_stage(Stage::LoadStopped);
                None
            }
            Interruption::Error(error) => {
                // A proxy may respond with its own page until the user signs in.
                let may_pass = error.is_transient() || error.kind == ErrorKind::NotThisApi;
                state.error.set(Some(error));
                state.set_stage(if may_pass { Stage::Interrupted } else { Stage::Stopped });
                may_pass.then_some(RECOVERY_INTERVAL)
            }
        };
        match max_wait {
            Some(max_wait) => {
                self.pause(max_wait).await;
            }
            None => {
                while !state.take_retry_request() {
                    time::sleep(STEP).await;
                }
                state.set_stage(Stage::Loading);
            }
        }
    }

    /// Waits, and longer while the page is hidden. After an error it waits only until the user requests to continue or a
    /// poll succeeds after a failed one. Returns whether it stopped waiting because of that.
    async fn pause(&self, wait: Duration) -> bool {
        let wait = if time::is_hidden() { wait.max(HIDDEN_INTERVAL) } else { wait };
        if self.state.error.with_untracked(Option::is_none) {
            time::sleep(wait).await;
            return false;
        }
        let end = time::uptime() + wait;
        let mut has_poll_failed = false;
        while time::uptime() < end {
            time::sleep(STEP.min(end.saturating_sub(time::uptime()))).await;
            let is_failing = self.jobs.error.with_untracked(Option::is_some);
            if self.state.take_retry_request() || (has_poll_failed && !is_failing) {
                return true;
            }
            has_poll_failed |= is_failing;
        }
        false
    }
}

/// Returns the pause after a request that began at `started_at`: four times its duration, to limit the load on server
/// and network.
fn pause_after(started_at: Duration) -> Duration {
    (time::uptime().saturating_sub(started_at) * 4).min(MAX_PAUSE)
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
