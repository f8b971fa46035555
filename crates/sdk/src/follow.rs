//! Follows one run from its trigger id to its end, without a transport, a runtime, or a clock.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind},
    extensions::Extensions,
    paths,
    states::{ExecutionState, JobStatusCode},
    timestamp::Timestamp,
    types::{JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

mod absence;
mod known_lines;
mod poll_schedule;
mod sort;
mod step;

use absence::Absence;
pub use known_lines::KnownLines;
use poll_schedule::PollSchedule;
pub use sort::sort_lines;
pub use step::Step;

/// Following fails after this time with errors only.
const MAX_OUTAGE: Duration = Duration::from_secs(15 * 60);
/// The most requests for late log lines after the end of the run.
const MAX_LATE_POLLS: u32 = 5;
/// No line appears as late as this after the end of the run.
const MAX_LINE_DELAY: Duration = Duration::from_secs(2 * 60 * 60);
/// The greatest error of a time without a zone, which may be a local time instead of UTC.
const MAX_ZONE_ERROR: Duration = Duration::from_secs(14 * 60 * 60);
/// The least time between two requests for late log lines. A line that appears within this time after the end is not lost.
const LATE_POLL_DELAY: Duration = Duration::from_secs(1);

/// A state machine that follows one run. It decides which request to send and when, handles the responses, and returns each new
/// log line once. Times are durations since a fixed moment that the caller chooses.
///
/// It sends at most [75 requests per minute](Self::MAX_POLLS_PER_MINUTE), and 12 while nothing changes. While it finds no execution
/// it sometimes requests the job's status. If the job is idle for [a minute](Self::MAX_ABSENCE) and no execution is found,
/// following fails.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{Extensions, follow::{RunFollower, Step}, types::{JobId, TriggerId}};
/// # let (job, trigger) = (JobId(Default::default()), TriggerId(Default::default()));
/// let mut follower = RunFollower::new(job, trigger, Duration::ZERO);
/// let Step::Send(request) = follower.step(Duration::ZERO) else { panic!("the first step is a request") };
/// assert!(request.path_and_query().starts_with("/public/jobs/"));
/// // There is no execution yet, because the job is pending. The next request is sent later.
/// follower.handle_response(Duration::ZERO, Vec::new(), Extensions::default());
/// assert!(matches!(follower.step(Duration::ZERO), Step::Wait(_)));
/// ```
#[derive(Clone, Debug)]
pub struct RunFollower {
    job_id: JobId,
    trigger_id: TriggerId,
    deadline: Option<Duration>,
    extensions: Extensions,
    execution: Option<JobExecution>,
    lines: KnownLines,
    /// The log line after which the next log may be requested.
    newest: Option<LogId>,
    /// The log line after which the last log was requested.
    requested_after: Option<LogId>,
    /// Whether the last request was for the job's status.
    is_status_requested: bool,
    absence: Absence,
    /// The same moment by the caller's clock and by the wall clock, if known.
    wall_clock: Option<(Duration, Timestamp)>,
    /// The time since when there were only errors.
    failing_since: Option<Duration>,
    /// The number of responses since the execution ended.
    late_polls: u32,
    /// Whether all log lines were returned.
    is_complete: bool,
    schedule: PollSchedule,
}

impl RunFollower {
    /// The most requests in any minute.
    pub const MAX_POLLS_PER_MINUTE: u32 = 75;

    /// How long the job has to be idle without an execution of the run before following fails. Following does not fail while the
    /// job is pending or running.
    pub const MAX_ABSENCE: Duration = absence::MAX_ABSENCE;

    /// Follows the run that `trigger_id` started. The first request is due at `now`.
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
            is_status_requested: false,
            absence: Absence::new(now),
            wall_clock: None,
            failing_since: None,
            late_polls: 0,
            is_complete: false,
            schedule: PollSchedule::new(now, trigger_id.as_u128() as u64),
        }
    }

    /// Sets the time at which waiting ends with [`Step::TimedOut`].
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Records that the server has accepted the run. If the run is never found, it counts as ended without an execution.
    #[must_use]
    pub fn with_run_accepted(mut self) -> Self {
        self.absence.was_active = true;
        self
    }

    /// Sets the current time, so that the log of a run that ended long ago is requested only once.
    ///
    /// Without it, a server without the extension `after` gets a second request for the log of an ended run, because lines may
    /// appear shortly after the end.
    #[must_use]
    pub fn with_wall_clock(mut self, now: Duration, wall_clock: Timestamp) -> Self {
        self.wall_clock = Some((now, wall_clock));
        self
    }

    /// Continues immediately, for a caller that knows that the cause of the last errors is gone. Following continues also after
    /// [`handle_error`](Self::handle_error) returned an error, and after [`Step::Failed`].
    pub fn resume(&mut self, now: Duration) {
        self.failing_since = None;
        self.absence.restart(now);
        self.schedule.restart(now);
    }

    /// Returns the execution without its log lines, as far as it is known. Returns `None` while the job is pending.
    pub fn execution(&self) -> Option<&JobExecution> {
        self.execution.as_ref()
    }

    /// Returns the `after` of the next request: the newest log line, if the server has the extension and its ids are reliable.
    pub fn after(&self) -> Option<LogId> {
        self.newest.filter(|_| self.extensions.after)
    }

    /// Returns what to do at the time `now`.
    pub fn step(&mut self, now: Duration) -> Step {
        if self.is_complete
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
        let next = self.schedule.next_request();
        if now < next {
            return Step::Wait(self.deadline.map_or(next, |deadline| next.min(deadline)));
        }
        self.schedule.mark_sent(now);
        self.is_status_requested = self.execution.is_none() && self.absence.take_status_request(now);
        if self.is_status_requested {
            return Step::SendStatusRequest(paths::get_job_status(self.job_id));
        }
        self.requested_after = self.after();
        Step::Send(paths::get_job_logs_by_trigger(self.job_id, self.trigger_id, self.requested_after))
    }

    /// Handles a log that arrived at `now`. Returns the new log lines, sorted. `extensions` are those of the response's header.
    ///
    /// Returns each line once, also if it arrives after a line with a later time, or if the server's ids are unreliable (see
    /// [`KnownLines`]). An older response of a server with replication lag never reverts the state.
    pub fn handle_response(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
    ) -> Vec<JobExecutionLog> {
        let mut execution = self.select_execution(executions);
        let mut lines =
            execution.as_mut().map(|e| std::mem::take(&mut e.job_execution_logs)).unwrap_or_default();
        self.lines.begin_response(self.requested_after);
        lines.retain(|line| self.lines.insert(line));
        self.lines.end_response();
        // `KnownLines` needs the server's order, which its `after` uses. Callers get the lines by time.
        sort_lines(&mut lines);
        let (new_lines, is_incomplete) = (self.lines.new_line_count(), self.lines.is_incomplete());
        self.newest = self.lines.after();
        self.apply_response(now, execution, extensions, new_lines, is_incomplete);
        lines
    }

    /// Handles a log like [`handle_response`](Self::handle_response), for a caller that inserts the log lines into `lines` while they
    /// arrive. The `executions` need no log lines.
    pub fn handle_response_without_lines(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
        lines: &KnownLines,
    ) {
        let execution = self.select_execution(executions);
        self.newest = lines.after();
        self.apply_response(now, execution, extensions, lines.new_line_count(), lines.is_incomplete());
    }

    /// Returns the line after which the log was last requested, for [`KnownLines::begin_response`].
    pub fn requested_after(&self) -> Option<LogId> {
        self.requested_after
    }

    /// Handles the job's status, which arrived at `now`.
    pub fn handle_status(&mut self, now: Duration, status: JobStatusCode) {
        self.absence.handle_status(now, status);
        self.schedule.handle_response(now, false);
    }

    /// Handles an error that occurred at `now`. `wall_clock` is the current time, for a `Retry-After` with a date.
    ///
    /// # Errors
    ///
    /// Returns the error if following fails: the error is not transient, or there were only errors for 15 minutes. These do not
    /// count: a 404 before an execution was found, because some servers send it while the job is pending; an error of a server that
    /// asks for a pause; and an error of a request for the job's status.
    pub fn handle_error(&mut self, now: Duration, wall_clock: Timestamp, error: Error) -> Result<(), Error> {
        let is_not_found = error.kind == ErrorKind::NotFound;
        let requested_delay = error.retry_after.map(|after| after.delay(wall_clock));
        if self.is_status_requested {
            if is_not_found {
                self.absence.handle_status_not_found(now);
            }
            self.schedule.handle_error(now, requested_delay.unwrap_or_default());
            return Ok(());
        }
        if is_not_found && self.execution.is_none() {
            self.handle_missing_execution(now, true);
            return Ok(());
        }
        let is_asked_to_wait = error.kind == ErrorKind::TooManyRequests || requested_delay.is_some();
        if error.is_transient() && is_asked_to_wait {
            self.failing_since = None;
        } else {
            let since = *self.failing_since.get_or_insert(now);
            let may_recover = error.is_transient() || is_not_found;
            if !may_recover || now.saturating_sub(since) >= MAX_OUTAGE {
                return Err(error);
            }
        }
        self.schedule.handle_error(now, requested_delay.unwrap_or_default());
        Ok(())
    }

    fn apply_response(
        &mut self,
        now: Duration,
        execution: Option<JobExecution>,
        extensions: Extensions,
        new_lines: usize,
        is_incomplete: bool,
    ) {
        self.extensions = extensions;
        let Some(execution) = execution else {
            self.handle_missing_execution(now, false);
            return;
        };
        self.failing_since = None;
        let ended_long_ago = self.execution.is_none() && self.has_ended_long_ago(now, &execution);
        let known = self.execution.as_ref().map(|execution| execution.state);
        let is_outdated = known.is_some_and(|known| progress(execution.state) < progress(known));
        let is_changed = new_lines > 0 || is_incomplete || !is_outdated && known != Some(execution.state);
        if !is_outdated {
            self.update_execution(execution);
        }
        self.schedule.handle_response(now, is_changed);
        // An outdated response may also lack lines.
        self.check_end(now, new_lines, is_incomplete || is_outdated);
        self.is_complete |= ended_long_ago && !is_incomplete;
    }

    /// Returns whether the execution ended so long ago that its log has all lines. Does not trust an end before the start, or
    /// before 1970, which servers send for an unknown time.
    fn has_ended_long_ago(&self, now: Duration, execution: &JobExecution) -> bool {
        let (Some((clock, wall_clock)), Some(created), Some(ended)) =
            (self.wall_clock, execution.create_time, execution.end_time)
        else {
            return false;
        };
        if !execution.state.is_final() || ended.since(created).is_none() || !ended.is_known() {
            return false;
        }
        let zone_error = if ended.has_zone() { Duration::ZERO } else { MAX_ZONE_ERROR };
        let age = wall_clock.since(ended).unwrap_or_default() + now.saturating_sub(clock);
        age > MAX_LINE_DELAY + zone_error
    }

    /// Replaces the execution. Keeps the known times if the new execution has none.
    fn update_execution(&mut self, mut execution: JobExecution) {
        if let Some(known) = &self.execution {
            execution.create_time = execution.create_time.or(known.create_time);
            execution.end_time = execution.end_time.or(known.end_time);
        }
        self.execution = Some(execution);
    }

    /// Handles a log without an execution. The run is pending, or it does not exist, or the server has lost an execution that it
    /// returned before. The last case counts as a transient error.
    fn handle_missing_execution(&mut self, now: Duration, was_not_found: bool) {
        if self.execution.is_some() && self.late_polls == 0 {
            self.failing_since.get_or_insert(now);
        } else {
            self.failing_since = None;
        }
        if self.execution.is_none() {
            self.absence.handle_empty_log(was_not_found);
        }
        self.schedule.handle_response(now, false);
        self.check_end(now, 0, false);
    }

    /// Returns the execution with the followed trigger id, and the newest one if there are several.
    fn select_execution(&self, executions: Vec<JobExecution>) -> Option<JobExecution> {
        let matching = executions.into_iter().filter(|e| e.is_found_by(self.trigger_id));
        matching.max_by_key(|e| e.create_time)
    }

    /// Decides whether all log lines of an ended execution have arrived. A server with the extension `after` writes the final
    /// state after the last line. Another server gets further requests until one returns no new line.
    fn check_end(&mut self, now: Duration, new_lines: usize, is_incomplete: bool) {
        if !self.execution.as_ref().is_some_and(|execution| execution.state.is_final()) {
            return;
        }
        let is_settled = self.extensions.after || self.late_polls > 0 && new_lines == 0;
        self.is_complete = is_settled && !is_incomplete || self.late_polls >= MAX_LATE_POLLS;
        self.late_polls += 1;
        self.schedule.postpone(now, LATE_POLL_DELAY);
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
