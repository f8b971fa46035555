//! The status of jobs that were started recently.

use std::{collections::HashMap, time::Duration};

use crate::{states::JobStatusCode, types::JobId};

/// Corrects the status of jobs that were started recently, because a server may answer from a replica with older data.
///
/// A started job counts as pending for [`HOLD_TIME`](Self::HOLD_TIME) even if a list reports it as idle, unless its run is known to
/// have ended. It has no clock: times are durations since a fixed moment that the caller chooses.
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
    start_times: HashMap<JobId, Duration>,
}

impl StartedJobs {
    /// How long a started job counts as pending although a list reports it as idle.
    pub const HOLD_TIME: Duration = Duration::from_secs(10);

    /// Records that the server accepted a run of `job` at the time `now`.
    pub fn mark_started(&mut self, job: JobId, now: Duration) {
        self.start_times.retain(|_, start| is_recent(*start, now));
        self.start_times.insert(job, now);
    }

    /// Records that the run of `job` has ended.
    pub fn mark_ended(&mut self, job: JobId) {
        self.start_times.remove(&job);
    }

    /// Returns the status of `job` at the time `now`. `listed` is the status in a list of the server.
    pub fn status(&self, job: JobId, listed: JobStatusCode, now: Duration) -> JobStatusCode {
        match self.start_times.get(&job) {
            Some(start) if listed == JobStatusCode::Idle && is_recent(*start, now) => JobStatusCode::Pending,
            _ => listed,
        }
    }
}

fn is_recent(start: Duration, now: Duration) -> bool {
    now.saturating_sub(start) < StartedJobs::HOLD_TIME
}
