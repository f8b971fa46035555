//! Follows one run to its outcome: drives the SDK's run follower with the requests and timers of the browser.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
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
    utils::time,
};

/// Minimum time between requests while the page is hidden.
const HIDDEN_INTERVAL: Duration = Duration::from_secs(10);
/// Minimum time between requests for a run that the application started. Such a request returns all runs of the job.
const EXECUTION_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum pause to limit the load on the server.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// Follows a run until it ends or the current owner is cleaned up, and again when [`RunState::retry`] requests it.
pub fn follow_run(api: Api, jobs: Jobs, state: RunState) {
    let task = RunTask { api, jobs, state, known_lines: Rc::default() };
    Effect::new(move || {
        state.attempt.track();
        let task = task.clone();
        // The next attempt cancels this one.
        spawn_local_scoped_with_cancellation(async move { task.follow().await });
    });
}

#[derive(Clone)]
struct RunTask {
    api: Api,
    jobs: Jobs,
    state: RunState,
    /// The lines on the screen. A new attempt does not add them again.
    known_lines: Rc<RefCell<KnownLines>>,
}

impl RunTask {
    async fn follow(&self) {
        let Self { jobs, state, .. } = *self;
        let mut follower = RunFollower::new(state.job, state.run, time::uptime());
        let (mut has_checked_execution, mut min_pause) = (false, Duration::ZERO);
        loop {
            // Wait before the follower starts its clock: it adapts to the response time, and this pause is not part of it.
            self.api.wait_for_pause().await;
            let request = match follower.step(time::uptime()) {
                // There is no deadline: the screen follows as long as it is open.
                Step::Ended(_) | Step::TimedOut => {
                    state.set_stage(Stage::Ended);
                    jobs.mark_ended(state.job);
                    return;
                }
                Step::Failed(error) => return self.stop(error),
                Step::SendStatusRequest(_) => {
                    self.handle_polled_status(&mut follower);
                    continue;
                }
                Step::Wait(until) => {
                    pause(until.saturating_sub(time::uptime()).max(min_pause)).await;
                    continue;
                }
                Step::Send(request) => request,
            };
            let started_at = time::uptime();
            self.known_lines.borrow_mut().begin_response(follower.requested_after());
            let Some(response) = self.fetch(&request).await else { return };
            match response {
                Ok(response) => {
                    // Without this extension every response repeats all lines.
                    let repeats_lines = !response.extensions.after;
                    min_pause = if repeats_lines { pause_after(started_at) } else { Duration::ZERO };
                    self.handle_response(&mut follower, response);
                }
                Err(error) => {
                    // Some servers respond with 404 while the job is pending.
                    let is_not_found = error.kind == ErrorKind::NotFound;
                    state.error.set((!is_not_found).then(|| error.clone()));
                    if follower.handle_error(time::uptime(), time::timestamp(), error).is_err() {
                        state.set_stage(Stage::Stopped);
                        return;
                    }
                    if !is_not_found {
                        continue;
                    }
                }
            }
            if let Some(execution) = follower.execution() {
                self.show(execution);
                continue;
            }
            if !std::mem::replace(&mut has_checked_execution, true) && self.is_execution_id().await {
                return self.follow_execution().await;
            }
            self.show_without_execution();
        }
    }

    fn handle_response(&self, follower: &mut RunFollower, response: ApiResponse<DecodedLogs>) {
        let Self { jobs, state, .. } = *self;
        let extensions = response.extensions;
        state.error.set(None);
        jobs.extensions.set(extensions);
        let (executions, lines) =
            take_newest(response.value, |execution| execution.trigger_id.is_none_or(|id| id == state.run));
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

    /// Follows a run that the application started. Only the logs of the whole job contain it.
    async fn follow_execution(&self) {
        let Self { jobs, state, .. } = *self;
        let request = paths::get_job_logs(state.job, None, None);
        loop {
            let started_at = time::uptime();
            self.known_lines.borrow_mut().begin_response(None);
            let Some(response) = self.fetch(&request).await else { return };
            match response {
                Ok(response) => {
                    state.error.set(None);
                    let (mut executions, lines) =
                        take_newest(response.value, |execution| *execution.id == *state.run);
                    let Some(execution) = executions.pop() else { return state.set_stage(Stage::NotFound) };
                    self.append_lines(lines);
                    self.show(&execution);
                    if execution.state.is_final() {
                        state.set_stage(Stage::Ended);
                        jobs.refresh();
                        return;
                    }
                }
                Err(error) if error.is_transient() => state.error.set(Some(error)),
                Err(error) => return self.stop(error),
            }
            pause(pause_after(started_at).max(EXECUTION_INTERVAL)).await;
        }
    }

    /// Returns whether the id in the address is an execution id instead of a trigger id.
    async fn is_execution_id(&self) -> bool {
        let has_logs = self.jobs.extensions.get_untracked().logs;
        let request = paths::get_job_logs(self.state.job, None, has_logs.then_some(LogsSelection::None));
        let response = self.api.executions(&request).await;
        let id = *self.state.run;
        response.is_ok_and(|response| response.value.executions.iter().any(|execution| *execution.id == id))
    }

    /// Sends a request and returns the decoded response. Returns `None` if the user stopped the request. If the response
    /// is interrupted, the lines received so far are shown.
    async fn fetch(&self, request: &Request) -> Option<Result<ApiResponse<DecodedLogs>, Error>> {
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
        match response {
            Ok(response) => Some(Ok(response)),
            Err((error, lines)) => {
                self.append_lines(lines);
                if error.is_none() {
                    state.stop_requested.set(false);
                    state.set_stage(Stage::LoadStopped);
                }
                error.map(Err)
            }
        }
    }

    fn append_lines(&self, lines: Lines) {
        if !lines.is_empty() {
            self.state.log.update(|log| log.append(lines.sorted_by_time()));
        }
    }

    fn show(&self, execution: &JobExecution) {
        self.state.set_execution(RunSummary::from_execution(execution));
        if !execution.state.is_final() {
            self.state.set_stage(Stage::Running);
        }
    }

    fn show_without_execution(&self) {
        let is_active = untrack(|| self.jobs.status(self.state.job)).is_none_or(|status| status.is_active());
        self.state.set_stage(if is_active { Stage::Pending } else { Stage::NotFound });
    }

    fn stop(&self, error: Error) {
        self.state.error.set(Some(error));
        self.state.set_stage(Stage::Stopped);
    }
}

/// Waits, and longer while the page is hidden.
async fn pause(wait: Duration) {
    time::sleep(if time::is_hidden() { wait.max(HIDDEN_INTERVAL) } else { wait }).await;
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
