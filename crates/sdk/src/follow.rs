//! Following one run from its trigger id to its end, without transport, runtime or clock.

use std::{collections::HashSet, time::Duration};

use crate::{
    ExecutionState, Extensions, Timestamp, Trouble, TroubleKind,
    operation::Request,
    paths,
    types::{JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

mod pace;

use pace::Pace;

/// Trouble that lasts longer than this ends the following.
const LONGEST_OUTAGE: Duration = Duration::from_secs(15 * 60);
/// After the end, a server that does not promise otherwise is asked again for late lines, at most this often.
const MOST_LATE_POLLS: u32 = 5;
/// And not before this long after: a line that shows within it is not lost.
const LATE: Duration = Duration::from_secs(1);

/// A state machine that follows one run: it says what to request and when, is fed the answers, and gives out every new
/// log line once. Times are durations since any fixed moment of the caller's.
///
/// It never asks more than [75 times a minute](Self::MOST_POLLS_A_MINUTE), and 12 times while nothing happens.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{Extensions, follow::{Follow, Step}, types::{JobId, TriggerId}};
/// # let (job, trigger) = (JobId(Default::default()), TriggerId(Default::default()));
/// let mut follow = Follow::new(job, trigger, Duration::ZERO);
/// let Step::Ask(request) = follow.step(Duration::ZERO) else { panic!("the first step asks") };
/// assert!(request.path_and_query().starts_with("/public/jobs/"));
/// // Nothing there yet: the job is pending. Ask again later.
/// follow.answered(Duration::ZERO, Vec::new(), Extensions::default());
/// assert!(matches!(follow.step(Duration::ZERO), Step::Wait(_)));
/// ```
#[derive(Clone, Debug)]
pub struct Follow {
    job_id: JobId,
    trigger_id: TriggerId,
    deadline: Option<Duration>,
    extensions: Extensions,
    execution: Option<JobExecution>,
    seen: HashSet<LogId>,
    newest: Option<LogId>,
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
    /// Send this request, then call [`Follow::answered`] or [`Follow::troubled`].
    Ask(Request),
    /// Wait until this time, then call [`Follow::step`] again.
    Wait(Duration),
    /// The execution has ended in this state, and every line was given out.
    Ended(ExecutionState),
    /// The deadline, if one was given, has passed. The job goes on.
    TimedOut,
}

impl Follow {
    /// The most requests in any minute, whatever happens.
    pub const MOST_POLLS_A_MINUTE: u32 = 75;

    /// Follows the run that `trigger_id` started, from `now`.
    pub fn new(job_id: JobId, trigger_id: TriggerId, now: Duration) -> Self {
        Self {
            job_id,
            trigger_id,
            deadline: None,
            extensions: Extensions::default(),
            execution: None,
            seen: HashSet::new(),
            newest: None,
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

    /// What is known of the execution, without its log lines; `None` while the job is pending.
    pub fn execution(&self) -> Option<&JobExecution> {
        self.execution.as_ref()
    }

    /// The log line after which to ask, where the server has the extension: the `after` of the next request.
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
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Step::TimedOut;
        }
        let next = self.pace.next();
        if now < next {
            return Step::Wait(self.deadline.map_or(next, |deadline| next.min(deadline)));
        }
        self.pace.asked(now);
        Step::Ask(paths::get_job_logs_by_trigger(self.job_id, self.trigger_id, self.after()))
    }

    /// Takes in an answer that came at `now`, and gives out the log lines that are new, in order. `extensions` is what
    /// the answer's header announced.
    ///
    /// A line that comes later than one with a later time is given out when it comes: none is lost, none comes twice.
    pub fn answered(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
    ) -> Vec<JobExecutionLog> {
        self.extensions = extensions;
        let Some(mut execution) = self.pick(executions) else {
            // Pending; or a server that has lost what it showed before, which is trouble that may pass.
            if self.execution.is_some() && self.late_polls == 0 {
                self.trouble_since.get_or_insert(now);
            } else {
                self.trouble_since = None;
            }
            self.pace.answered(now, false);
            self.end_if_settled(now, 0);
            return Vec::new();
        };
        self.trouble_since = None;
        let mut lines = std::mem::take(&mut execution.job_execution_logs);
        lines.retain(|line| self.seen.insert(line.id));
        // The server's own order is what its `after` goes by.
        if let Some(line) = lines.last() {
            self.newest = Some(line.id);
        }
        in_order(&mut lines);
        let known = self.execution.as_ref().map(|execution| execution.state);
        let changed = !lines.is_empty() || known != Some(execution.state);
        // An end is an end: an answer that was overtaken on its way does not undo it.
        if known.is_none_or(|state| !state.is_final() || execution.state.is_final()) {
            self.execution = Some(execution);
        }
        self.pace.answered(now, changed);
        self.end_if_settled(now, lines.len());
        lines
    }

    /// Takes in trouble that came at `now`. `wall_clock` is the time of day, for a `Retry-After` that names a date.
    ///
    /// # Errors
    ///
    /// Gives the trouble back if following has to end: the key was refused, this is not the Jobs API, or nothing but
    /// trouble has come for a quarter of an hour. A 404 alone does not end it: some servers answer it while the job is
    /// pending.
    pub fn troubled(
        &mut self,
        now: Duration,
        wall_clock: Timestamp,
        trouble: Trouble,
    ) -> Result<(), Trouble> {
        let lost = trouble.kind == TroubleKind::NotFound;
        if lost && self.execution.is_none() {
            self.trouble_since = None;
            self.pace.answered(now, false);
            return Ok(());
        }
        let since = *self.trouble_since.get_or_insert(now);
        if !(trouble.is_passing() || lost) || now.saturating_sub(since) >= LONGEST_OUTAGE {
            return Err(trouble);
        }
        self.pace.troubled(now, trouble.retry_after.map_or(Duration::ZERO, |after| after.delay(wall_clock)));
        Ok(())
    }

    /// The execution of our trigger id; should a server send several, the newest.
    fn pick(&self, executions: Vec<JobExecution>) -> Option<JobExecution> {
        let ours = executions.into_iter().filter(|e| e.trigger_id.is_none_or(|id| id == self.trigger_id));
        ours.max_by_key(|e| e.create_time)
    }

    /// A server with `after` writes the state last, so its end is complete. Of others nobody knows: they are asked
    /// again until nothing new comes.
    fn end_if_settled(&mut self, now: Duration, new_lines: usize) {
        if !self.execution.as_ref().is_some_and(|execution| execution.state.is_final()) {
            return;
        }
        let asked_again = self.late_polls > 0;
        self.complete =
            self.extensions.after || (asked_again && new_lines == 0) || self.late_polls >= MOST_LATE_POLLS;
        self.late_polls += 1;
        self.pace.at_least(now, LATE);
    }
}

/// Orders lines by time, then by position. If any has no time, all stay where they are.
pub fn in_order(lines: &mut [JobExecutionLog]) {
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
}
