//! The status of jobs that were just started, against older lists of statuses.

use std::{collections::HashMap, time::Duration};

use crate::{JobStatusCode, types::JobId};

/// Keeps the status of jobs that were just started against older lists: a server may answer from a replica that lags behind.
///
/// A job that was started is pending or running for [`HOLD_TIME`](Self::HOLD_TIME) even if a list says otherwise, unless its run is known
/// to have ended. It has no clock: times are durations since a fixed moment that the caller chooses.
///
/// ```
/// # use std::time::Duration;
/// # use txjobs_sdk::{JobStatusCode, StartedJobs, types::JobId};
/// # let job = JobId(uuid::Uuid::nil());
/// let mut started = StartedJobs::default();
/// started.mark_started(job, Duration::ZERO);
/// let status = |started: &StartedJobs, seconds| started.status(job, JobStatusCode::Idle, Duration::from_secs(seconds));
/// assert_eq!(status(&started, 2), JobStatusCode::Pending);
/// assert_eq!(status(&started, 60), JobStatusCode::Idle);
/// started.mark_ended(job);
/// assert_eq!(status(&started, 2), JobStatusCode::Idle);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StartedJobs {
    started: HashMap<JobId, Duration>,
}

impl StartedJobs {
    /// How long a job that was started stays pending against older lists.
    pub const HOLD_TIME: Duration = Duration::from_secs(10);

    /// Notes that the server accepted a run of `job` at the time `now`.
    pub fn mark_started(&mut self, job: JobId, now: Duration) {
        self.started.retain(|_, started| now.saturating_sub(*started) < Self::HOLD_TIME);
        self.started.insert(job, now);
    }

    /// Notes that the run of `job` has ended.
    pub fn mark_ended(&mut self, job: JobId) {
        self.started.remove(&job);
    }

    /// Returns the status of `job` at the time `now` if a list says `told`.
    pub fn status(&self, job: JobId, told: JobStatusCode, now: Duration) -> JobStatusCode {
        match self.started.get(&job) {
            Some(started)
                if told == JobStatusCode::Idle && now.saturating_sub(*started) < Self::HOLD_TIME =>
            {
                JobStatusCode::Pending
            }
            _ => told,
        }
    }
}
