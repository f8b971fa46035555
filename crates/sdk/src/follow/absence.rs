//! Decides whether a run without an execution is pending, does not exist, or ended without one.

use std::time::Duration;

use crate::{error::ErrorKind, states::JobStatusCode};

/// How long the job has to be idle without an execution of the run before the run counts as absent.
pub(super) const MAX_ABSENCE: Duration = Duration::from_secs(60);
/// The time before the first request of the job's status. Most runs have an execution by then.
const FIRST_STATUS_DELAY: Duration = Duration::from_secs(6);
/// The time between two requests of the job's status.
const STATUS_INTERVAL: Duration = Duration::from_secs(20);

/// The evidence that a run has no execution. The conclusion requires a log without the run after the job was idle for
/// [`MAX_ABSENCE`].
#[derive(Clone, Debug)]
pub(super) struct Absence {
    /// Whether the server accepted the run, or reported the job as pending or running.
    pub(super) was_active: bool,
    /// The kind of absence, once it is certain.
    pub(super) conclusion: Option<ErrorKind>,
    next_status: Duration,
    /// The time since when every status was idle.
    idle_since: Option<Duration>,
    /// The time when the last status arrived.
    last_status: Duration,
    /// Whether the last log had no execution of the run.
    was_log_empty: bool,
    /// Whether the last log was a 404.
    was_log_not_found: bool,
}

impl Absence {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            was_active: false,
            conclusion: None,
            next_status: now.saturating_add(FIRST_STATUS_DELAY),
            idle_since: None,
            last_status: now,
            was_log_empty: false,
            was_log_not_found: false,
        }
    }

    /// Discards the evidence, but not that the run was active.
    pub(super) fn restart(&mut self, now: Duration) {
        *self = Self { was_active: self.was_active, ..Self::new(now) };
    }

    /// Returns whether the next request is one for the job's status. If so, schedules the one after it.
    pub(super) fn take_status_request(&mut self, now: Duration) -> bool {
        let is_due = self.was_log_empty && now >= self.next_status;
        if is_due {
            self.next_status = now.saturating_add(STATUS_INTERVAL);
        }
        is_due
    }

    /// Handles the job's status.
    pub(super) fn handle_status(&mut self, now: Duration, status: JobStatusCode) {
        self.was_active |= status.is_active();
        self.last_status = now;
        self.idle_since = match status {
            JobStatusCode::Idle => Some(self.idle_since.unwrap_or(now)),
            _ => None,
        };
    }

    /// Handles a 404 for the job's status. It counts only if the log is a 404 too, because a server may lack one of the two
    /// operations.
    pub(super) fn handle_status_not_found(&mut self, now: Duration) {
        if self.was_log_not_found {
            self.handle_status(now, JobStatusCode::Idle);
        }
    }

    /// Handles a log without an execution of the run.
    pub(super) fn handle_empty_log(&mut self, was_not_found: bool) {
        self.was_log_empty = true;
        self.was_log_not_found = was_not_found;
        let idle_for = self.idle_since.map_or(Duration::ZERO, |since| self.last_status.saturating_sub(since));
        if idle_for >= MAX_ABSENCE {
            let kind = if self.was_active { ErrorKind::EndedWithoutExecution } else { ErrorKind::NoSuchRun };
            self.conclusion = Some(kind);
        }
    }
}
