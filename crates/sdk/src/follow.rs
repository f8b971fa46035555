//! Following one run from its trigger id to its end, without transport, runtime or clock.

use std::{collections::HashSet, time::Duration};

use crate::{
    ExecutionState, Extensions, Timestamp, Trouble, TroubleKind,
    operation::Request,
    paths,
    types::{JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

/// Polls are at least this far apart.
const QUICKEST: Duration = Duration::from_millis(300);
/// And at most this far, unless the server asks for more.
const SLOWEST: Duration = Duration::from_secs(5);

/// A state machine that follows one run: it says what to request and when, is fed the answers, and gives out every new
/// log line once. Times are durations since any fixed moment of the caller's.
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
    extensions: Extensions,
    execution: Option<JobExecution>,
    seen: HashSet<LogId>,
    newest: Option<LogId>,
    changed_at: Duration,
    next_at: Duration,
    polls: u32,
    troubles: u32,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this request, then call [`Follow::answered`] or [`Follow::troubled`].
    Ask(Request),
    /// Wait until this time, then call [`Follow::step`] again.
    Wait(Duration),
    /// The execution has ended in this state.
    Ended(ExecutionState),
}

impl Follow {
    /// Follows the run that `trigger_id` started, from `now`.
    pub fn new(job_id: JobId, trigger_id: TriggerId, now: Duration) -> Self {
        Self {
            job_id,
            trigger_id,
            extensions: Extensions::default(),
            execution: None,
            seen: HashSet::new(),
            newest: None,
            changed_at: now,
            next_at: now,
            polls: 0,
            troubles: 0,
        }
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
    pub fn step(&self, now: Duration) -> Step {
        match &self.execution {
            Some(execution) if execution.state.is_final() => Step::Ended(execution.state),
            _ if now < self.next_at => Step::Wait(self.next_at),
            _ => Step::Ask(paths::get_job_logs_by_trigger(self.job_id, self.trigger_id, self.after())),
        }
    }

    /// Takes in an answer that came at `now`, and gives out the log lines that are new, in order. `extensions` is what
    /// the answer's header announced.
    pub fn answered(
        &mut self,
        now: Duration,
        executions: Vec<JobExecution>,
        extensions: Extensions,
    ) -> Vec<JobExecutionLog> {
        self.extensions = extensions;
        self.troubles = 0;
        let mut lines = Vec::new();
        if let Some(mut execution) = self.pick(executions) {
            lines = std::mem::take(&mut execution.job_execution_logs);
            lines.retain(|line| self.seen.insert(line.id));
            in_order(&mut lines);
            if let Some(line) = lines.last() {
                self.newest = Some(line.id);
            }
            if !lines.is_empty() || self.execution.as_ref().map(|e| e.state) != Some(execution.state) {
                self.changed_at = now;
            }
            self.execution = Some(execution);
        }
        self.schedule(now, Duration::ZERO);
        lines
    }

    /// Takes in trouble that came at `now`. `wall_clock` is the time of day, for a `Retry-After` that names a date.
    ///
    /// # Errors
    ///
    /// Gives the trouble back if following has to end: the key was refused, or this is not the Jobs API. A 404 does
    /// not end it: some servers answer it while the job is pending.
    pub fn troubled(
        &mut self,
        now: Duration,
        wall_clock: Timestamp,
        trouble: Trouble,
    ) -> Result<(), Trouble> {
        if !trouble.is_passing() && trouble.kind != TroubleKind::NotFound {
            return Err(trouble);
        }
        self.troubles += 1;
        let backoff = QUICKEST.saturating_mul(1 << self.troubles.min(6));
        let asked = trouble.retry_after.map_or(Duration::ZERO, |after| after.delay(wall_clock));
        self.schedule(now, asked.max(backoff.min(SLOWEST)));
        Ok(())
    }

    /// The execution of our trigger id; should a server send several, the newest.
    fn pick(&self, executions: Vec<JobExecution>) -> Option<JobExecution> {
        let ours = executions.into_iter().filter(|e| e.trigger_id.is_none_or(|id| id == self.trigger_id));
        ours.max_by_key(|e| e.create_time)
    }

    /// Quick while something happens, slower the longer nothing does; a little uneven, so that many clients spread out.
    fn schedule(&mut self, now: Duration, at_least: Duration) {
        let quiet = now.saturating_sub(self.changed_at);
        let delay = (quiet / 4).clamp(QUICKEST, SLOWEST).max(at_least);
        self.polls = self.polls.wrapping_add(1);
        self.next_at = now + delay + delay / 100 * jitter(self.trigger_id, self.polls);
    }
}

/// 0 to 9, different for each run and each poll.
fn jitter(trigger_id: TriggerId, poll: u32) -> u32 {
    let id = trigger_id.as_u128() as u32;
    (id ^ poll).wrapping_mul(0x9e37_79b1) % 10
}

/// By time, then by position. Lines without a time stay where they are, and so do all others then.
fn in_order(lines: &mut [JobExecutionLog]) {
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
}
