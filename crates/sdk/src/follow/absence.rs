//! A run of which nothing is found: whether it is pending, was never there, or ended without an execution.

use std::time::Duration;

use super::Follow;
use crate::{JobStatusCode, TroubleKind};

/// The job's status is asked for no sooner than this after the start: most runs show by then.
const FIRST_STATUS: Duration = Duration::from_secs(6);
/// And then this often.
const STATUS_INTERVAL: Duration = Duration::from_secs(20);

/// What speaks for a run's absence. It is concluded only if the log had nothing after the job was idle throughout
/// [`Follow::MAX_ABSENCE`].
#[derive(Clone, Debug)]
pub(super) struct Absence {
    /// The run was accepted, or the job was seen pending or running.
    pub(super) was_active: bool,
    /// What kind of absence it is, once that is certain.
    pub(super) conclusion: Option<TroubleKind>,
    next_status: Duration,
    /// Since when every status was idle.
    idle_since: Option<Duration>,
    /// When the last status came.
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

    /// Whether to ask for the job's status instead of the log; notes that it is asked for.
    pub(super) fn is_status_due(&mut self, now: Duration) -> bool {
        let is_due = self.found_nothing && now >= self.next_status;
        if is_due {
            self.next_status = now.saturating_add(STATUS_INTERVAL);
        }
        is_due
    }

    /// The job has this status.
    pub(super) fn status(&mut self, now: Duration, status: JobStatusCode) {
        self.was_active |= status.is_active();
        self.last_status = now;
        self.idle_since = match status {
            JobStatusCode::Idle => Some(self.idle_since.unwrap_or(now)),
            _ => None,
        };
    }

    /// The server does not know the job's status. That counts only where it does not know the log either: a server may
    /// lack one of the two operations.
    pub(super) fn status_not_found(&mut self, now: Duration) {
        if self.was_not_found {
            self.status(now, JobStatusCode::Idle);
        }
    }

    /// The log has no execution of the run.
    pub(super) fn found_nothing(&mut self, was_not_found: bool) {
        self.found_nothing = true;
        self.was_not_found = was_not_found;
        let idle_for = self.idle_since.map_or(Duration::ZERO, |since| self.last_status.saturating_sub(since));
        if idle_for >= Follow::MAX_ABSENCE {
            let kind =
                if self.was_active { TroubleKind::EndedWithoutExecution } else { TroubleKind::NoSuchRun };
            self.conclusion = Some(kind);
        }
    }
}
