//! Following one run from its trigger id to its end, without transport, runtime or clock.

use std::time::Duration;

use crate::{
    Error, ErrorKind, ExecutionState, Extensions, JobStatusCode, Timestamp,
    operation::Request,
    paths,
    types::{JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

mod absence;
mod lines;
mod pace;

use absence::Absence;
pub use lines::KnownLines;
use pace::Pace;

/// Error that lasts longer than this ends the following.
const LONGEST_OUTAGE: Duration = Duration::from_secs(15 * 60);
/// After the end, a server that does not promise otherwise is asked again for late lines, at most this often.
const MOST_LATE_POLLS: u32 = 5;
/// And not before this long after: a line that shows within it is not lost.
const LATE: Duration = Duration::from_secs(1);

/// A state machine that follows one run: it says what to request and when, is fed the answers, and gives out every new
/// log line once. Times are durations since any fixed moment of the caller's.
///
/// It never asks more than [75 times a minute](Self::MAX_POLLS_PER_MINUTE), and 12 times while nothing happens. While no
/// execution is found it sometimes requests the job's status. If the job is idle for [a minute](Self::MAX_ABSENCE) and
/// no execution is found, following ends.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{Extensions, follow::{RunFollower, Step}, types::{JobId, TriggerId}};
/// # let (job, trigger) = (JobId(Default::default()), TriggerId(Default::default()));
/// let mut follow = RunFollower::new(job, trigger, Duration::ZERO);
/// let Step::Send(request) = follow.step(Duration::ZERO) else { panic!("the first step asks") };
/// assert!(request.path_and_query().starts_with("/public/jobs/"));
/// // Nothing there yet: the job is pending. Ask again later.
/// follow.handle_response(Duration::ZERO, Vec::new(), Extensions::default());
/// assert!(matches!(follow.step(Duration::ZERO), Step::Wait(_)));
/// ```
#[derive(Clone, Debug)]
pub struct RunFollower {
    job_id: JobId,
    trigger_id: TriggerId,
    deadline: Option<Duration>,
    extensions: Extensions,
    execution: Option<JobExecution>,
    lines: KnownLines,
    /// The log line after which to ask, if the server can.
    newest: Option<LogId>,
    /// The line after which the awaited answer was requested.
    requested_after: Option<LogId>,
    /// Whether the awaited answer is the job's status.
    asked_status: bool,
    absence: Absence,
    /// Since when nothing but trouble has come.
    trouble_since: Option<Duration>,
    /// Answers since the execution was seen ended.
    late_polls: u32,
    /// No line can come any more.
    complete: bool,
    pace: Pace,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this request, for the run's log, then call [`RunFollower::handle_response`] or [`RunFollower::handle_error`].
    Send(Request),
    /// Send this request, for the job's status, then call [`RunFollower::handle_status`] or [`RunFollower::handle_error`].
    SendStatusRequest(Request),
    /// Wait until this time, then call [`RunFollower::step`] again.
    Wait(Duration),
    /// The execution has ended in this state, and every line was given out.
    Ended(ExecutionState),
    /// The deadline, if one was given, has passed. The job goes on.
    TimedOut,
    /// There is no such run, or it ended without an execution: see the kind of the trouble.
    Failed(Error),
}

impl RunFollower {
    /// The most requests in any minute, whatever happens.
    pub const MAX_POLLS_PER_MINUTE: u32 = 75;

    /// How long a job has to be idle without an execution of the run before following ends. It does not end while the job
    /// is pending or running.
    pub const MAX_ABSENCE: Duration = Duration::from_secs(60);

    /// Follows the run that `trigger_id` started, from `now`.
    pub fn new(job_id: JobId, trigger_id: TriggerId, now: Duration) -> Self {
        Self {
            job_id,
            trigger_id,
            deadline: None,
            extensions: Extensions::default(),
            execution: None,
            lines: KnownLines::default(),
            newest: None,
            requested_after: None,
            asked_status: false,
            absence: Absence::new(now),
            trouble_since: None,
            late_polls: 0,
            complete: false,
            pace: Pace::new(now, trigger_id.as_u128() as u64),
        }
    }

    /// Gives up waiting at the time `deadline`.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Notes that the server has accepted the run. If it is never found, it ended without an execution.
    #[must_use]
    pub fn with_run_accepted(mut self) -> Self {
        self.absence.was_active = true;
        self
    }

    /// What is known of the execution, without its log lines; `None` while the job is pending.
    pub fn execution(&self) -> Option<&JobExecution> {
        self.execution.as_ref()
    }

    /// Returns the `after` of the next request: the last log line, if the server has the extension and its ids can be
    /// trusted.
    pub fn after(&self) -> Option<LogId> {
        self.newest.filter(|_| self.extensions.after)
    }

    /// What to do at the time `now`.
    pub fn step(&mut self, now: Duration) -> Step {
        if self.complete
            && let Some(execution) = &self.execution
        {
            return Step::Ended(execution.state);
        }
        if let Some(kind) = self.absence.conclusion {
            return Step::Failed(Error::new(kind).with_operation(&paths::GET_JOB_LOGS_BY_TRIGGER));
        }
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Step::TimedOut;
        }
        let next = self.pace.next();
        if now < next {
            return Step::Wait(self.deadline.map_or(next, |deadline| next.min(deadline)));
        }
        self.pace.request_sent(now);
        self.asked_status = self.execution.is_none() && self.absence.is_status_due(now);
        if self.asked_status {
            return Step::SendStatusRequest(paths::get_job_status(self.job_id));
        }
        self.requested_after = self.after();
        Step::Send(paths::get_job_logs_by_trigger(self.job_id, self.trigger_id, self.requested_after))
    }

    /// Takes in an answer that came at `now`, and gives out the log lines that are new, in order. `extensions` is what
    /// the answer's header announced.
    ///
    /// Returns each line once, also if it arrives after one with a later time or if the server's ids cannot be trusted (see
    /// [`KnownLines`]). A state only goes forward: an older answer of a server that lags behind does not change it.
    pub fn handle_response(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
    ) -> Vec<JobExecutionLog> {
        let mut execution = self.pick(executions);
        let mut lines =
            execution.as_mut().map(|e| std::mem::take(&mut e.job_execution_logs)).unwrap_or_default();
        self.lines.begin_response(self.requested_after);
        lines.retain(|line| self.lines.insert(line));
        self.lines.end_response();
        // The server's `after` uses its own order; this order is for people.
        sort_lines(&mut lines);
        let (new_lines, is_incomplete) = (self.lines.new_line_count(), self.lines.is_incomplete());
        self.newest = self.lines.after();
        self.apply_execution(now, execution, extensions, new_lines, is_incomplete);
        lines
    }

    /// Does the same as [`handle_response`](Self::handle_response), for a caller that passes the lines to `lines` while they arrive. The
    /// `executions` need no lines.
    pub fn handle_response_without_lines(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
        lines: &KnownLines,
    ) {
        let execution = self.pick(executions);
        self.newest = lines.after();
        self.apply_execution(now, execution, extensions, lines.new_line_count(), lines.is_incomplete());
    }

    /// Returns the line after which the log was last requested, for [`KnownLines::begin_response`].
    pub fn requested_after(&self) -> Option<LogId> {
        self.requested_after
    }

    /// Handles the job's status, which arrived at `now`.
    pub fn handle_status(&mut self, now: Duration, status: JobStatusCode) {
        self.absence.status(now, status);
        self.pace.handle_response(now, false);
    }

    fn apply_execution(
        &mut self,
        now: Duration,
        execution: Option<JobExecution>,
        extensions: Extensions,
        new_lines: usize,
        is_incomplete: bool,
    ) {
        self.extensions = extensions;
        let Some(execution) = execution else {
            self.found_nothing(now, false);
            return;
        };
        self.trouble_since = None;
        let known = self.execution.as_ref().map(|execution| execution.state);
        let is_behind = known.is_some_and(|known| progress(execution.state) < progress(known));
        let changed = new_lines > 0 || is_incomplete || !is_behind && known != Some(execution.state);
        if !is_behind {
            self.advance(execution);
        }
        self.pace.handle_response(now, changed);
        // A server that lags behind may also lack lines.
        self.end_if_settled(now, new_lines, is_incomplete || is_behind);
    }

    /// Applies an execution. A time that is already known is kept.
    fn advance(&mut self, mut execution: JobExecution) {
        if let Some(known) = &self.execution {
            execution.create_time = execution.create_time.or(known.create_time);
            execution.end_time = execution.end_time.or(known.end_time);
        }
        self.execution = Some(execution);
    }

    /// Handles an answer without an execution: the run is pending, or there is no such run, or the server has lost an
    /// execution that it showed before, which is trouble that may pass.
    fn found_nothing(&mut self, now: Duration, was_not_found: bool) {
        if self.execution.is_some() && self.late_polls == 0 {
            self.trouble_since.get_or_insert(now);
        } else {
            self.trouble_since = None;
        }
        if self.execution.is_none() {
            self.absence.found_nothing(was_not_found);
        }
        self.pace.handle_response(now, false);
        self.end_if_settled(now, 0, false);
    }

    /// Takes in trouble that came at `now`. `wall_clock` is the time of day, for a `Retry-After` that names a date.
    ///
    /// # Errors
    ///
    /// Gives the trouble back if following has to end: the key was refused, this is not the Jobs API, or nothing but
    /// trouble has come for a quarter of an hour. A 404 alone does not end it: some servers answer it while the job is
    /// pending. Neither does a server that asks for a pause, however often, nor trouble with the job's status.
    pub fn handle_error(
        &mut self,
        now: Duration,
        wall_clock: Timestamp,
        trouble: Error,
    ) -> Result<(), Error> {
        let lost = trouble.kind == ErrorKind::NotFound;
        let asked_for = trouble.retry_after.map(|after| after.delay(wall_clock));
        if self.asked_status {
            if lost {
                self.absence.status_not_found(now);
            }
            self.pace.handle_error(now, asked_for.unwrap_or_default());
            return Ok(());
        }
        if lost && self.execution.is_none() {
            self.found_nothing(now, true);
            return Ok(());
        }
        let is_asked_to_wait = trouble.kind == ErrorKind::TooManyRequests || asked_for.is_some();
        if trouble.is_transient() && is_asked_to_wait {
            self.trouble_since = None;
        } else {
            let since = *self.trouble_since.get_or_insert(now);
            if !(trouble.is_transient() || lost) || now.saturating_sub(since) >= LONGEST_OUTAGE {
                return Err(trouble);
            }
        }
        self.pace.handle_error(now, asked_for.unwrap_or_default());
        Ok(())
    }

    /// The execution of our trigger id; should a server send several, the newest.
    fn pick(&self, executions: Vec<JobExecution>) -> Option<JobExecution> {
        let ours = executions.into_iter().filter(|e| e.trigger_id.is_none_or(|id| id == self.trigger_id));
        ours.max_by_key(|e| e.create_time)
    }

    /// A server with `after` writes the state last, so its end is complete. Of others nobody knows: they are asked
    /// again until nothing new comes.
    fn end_if_settled(&mut self, now: Duration, new_lines: usize, is_incomplete: bool) {
        if !self.execution.as_ref().is_some_and(|execution| execution.state.is_final()) {
            return;
        }
        let asked_again = self.late_polls > 0;
        let is_settled = self.extensions.after || asked_again && new_lines == 0;
        self.complete = is_settled && !is_incomplete || self.late_polls >= MOST_LATE_POLLS;
        self.late_polls += 1;
        self.pace.at_least(now, LATE);
    }
}

/// Returns the progress of a state. A state with less progress is never reported after one with more.
fn progress(state: ExecutionState) -> u8 {
    match state {
        ExecutionState::Running => 1,
        state if state.is_final() => 2,
        _ => 0,
    }
}

/// Orders lines by time, then by position. If any has no time, all stay where they are.
pub fn sort_lines(lines: &mut [JobExecutionLog]) {
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
}
