//! Decides whether a run without an execution is pending, does not exist, or ended without one.

use std::time::Duration;

use super::RunFollower;
use crate::{ErrorKind, JobStatusCode};

/// The time before the first request of the job's status. Most runs have an execution by then.
const FIRST_STATUS: Duration = Duration::from_secs(6);
/// The time between two requests of the job's status.
const STATUS_INTERVAL: Duration = Duration::from_secs(20);

/// The evidence that a run does not exist. The conclusion needs a log without the run after the job was idle for
/// [`RunFollower::MAX_ABSENCE`].
#[derive(Clone, Debug)]
pub(super) struct Absence {
    /// The run was accepted, or the job was seen pending or running.
    pub(super) was_active: bool,
    /// The kind of absence, once it is certain.
    pub(super) conclusion: Option<ErrorKind>,
    next_status: Duration,
    /// Since when every status was idle.
    idle_since: Option<Duration>,
    /// When the last status arrived.
    last_status: Duration,
    /// The last answer about the log was empty.
    found_nothing: bool,
    /// The last answer about the log was a 404.
    was_not_found: bool,
}

impl Absence {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            was_active: false,
            conclusion: None,
            next_status: now.saturating_add(FIRST_STATUS),
            idle_since: None,
            last_status: now,
            found_nothing: false,
            was_not_found: false,
        }
    }

    /// Returns whether to request the job's status instead of the log, and notes the request.
    pub(super) fn is_status_due(&mut self, now: Duration) -> bool {
        let is_due = self.found_nothing && now >= self.next_status;
        if is_due {
            self.next_status = now.saturating_add(STATUS_INTERVAL);
        }
        is_due
    }

    /// Handles a status of the job.
    pub(super) fn status(&mut self, now: Duration, status: JobStatusCode) {
        self.was_active |= status.is_active();
        self.last_status = now;
        self.idle_since = match status {
            JobStatusCode::Idle => Some(self.idle_since.unwrap_or(now)),
            _ => None,
        };
    }

    /// Handles a 404 for the job's status. It counts only if the log is a 404, too: a server may lack one of the two operations.
    pub(super) fn status_not_found(&mut self, now: Duration) {
        if self.was_not_found {
            self.status(now, JobStatusCode::Idle);
        }
    }

    /// Handles a log without an execution of the run.
    pub(super) fn found_nothing(&mut self, was_not_found: bool) {
        self.found_nothing = true;
        self.was_not_found = was_not_found;
        let idle_for = self.idle_since.map_or(Duration::ZERO, |since| self.last_status.saturating_sub(since));
        if idle_for >= RunFollower::MAX_ABSENCE {
            let kind = if self.was_active { ErrorKind::EndedWithoutExecution } else { ErrorKind::NoSuchRun };
            self.conclusion = Some(kind);
        }
    }
}
