//! Jobs that were started a moment ago, and lists of statuses that do not know it yet.

use std::{collections::HashMap, time::Duration};

use crate::{JobStatusCode, types::JobId};

/// Holds the status of jobs that were just started against lists that are older: a server may answer from a copy that lags
/// behind.
///
/// A job that was started is pending or running for [`HOLD`](Self::HOLD), whatever a list says, unless its run is known to
/// have ended. It has no clock: times are durations since any fixed moment of the caller's.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{JobStatusCode, StartedJobs, types::JobId};
/// # let job = JobId(uuid::Uuid::nil());
/// let mut started = StartedJobs::default();
/// started.start(job, Duration::ZERO);
/// let status = |started: &StartedJobs, seconds| started.status(job, JobStatusCode::Idle, Duration::from_secs(seconds));
/// assert_eq!(status(&started, 2), JobStatusCode::Pending);
/// assert_eq!(status(&started, 60), JobStatusCode::Idle);
/// started.end(job);
/// assert_eq!(status(&started, 2), JobStatusCode::Idle);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StartedJobs {
    started: HashMap<JobId, Duration>,
}

impl StartedJobs {
    /// How long a job that was started is held pending.
    pub const HOLD: Duration = Duration::from_secs(10);

    /// The server accepted a run of `job` at the time `now`.
    pub fn start(&mut self, job: JobId, now: Duration) {
        self.started.retain(|_, started| now.saturating_sub(*started) < Self::HOLD);
        self.started.insert(job, now);
    }

    /// The run of `job` is known to have ended.
    pub fn end(&mut self, job: JobId) {
        self.started.remove(&job);
    }

    /// What the status of `job` is at the time `now` if a list says `told`.
    pub fn status(&self, job: JobId, told: JobStatusCode, now: Duration) -> JobStatusCode {
        match self.started.get(&job) {
            Some(started) if told == JobStatusCode::Idle && now.saturating_sub(*started) < Self::HOLD => {
                JobStatusCode::Pending
            }
            _ => told,
        }
    }
}
