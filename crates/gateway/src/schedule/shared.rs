//! The schedules of all jobs, which follow the configuration.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use txjobs_sdk::types;
use txjobs_store::DeclaredSchedule;
use txjobs_store::time::Micros;
use uuid::Uuid;

use super::job_schedule::ScheduledJob;

/// The jobs that have a schedule.
#[derive(Clone, Debug, Default)]
pub struct ScheduleSet(HashMap<Uuid, ScheduledJob>);

impl ScheduleSet {
    /// Creates the set of these jobs.
    pub fn new(jobs: impl IntoIterator<Item = ScheduledJob>) -> Self {
        Self(jobs.into_iter().map(|job| (job.id, job)).collect())
    }

    /// Returns the job with this id, if it has a schedule.
    pub fn get(&self, job: Uuid) -> Option<&ScheduledJob> {
        self.0.get(&job)
    }

    /// Iterates over the jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &ScheduledJob> {
        self.0.values()
    }

    /// Returns whether no job has a schedule.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the schedules as the store needs them.
    pub fn declared(&self) -> Vec<DeclaredSchedule> {
        self.jobs().map(ScheduledJob::declared).collect()
    }
}

/// The schedules of the configuration in use. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Schedules(watch::Sender<Arc<ScheduleSet>>);

impl Schedules {
    /// Replaces all schedules.
    pub fn set(&self, set: ScheduleSet) {
        self.0.send_replace(Arc::new(set));
    }

    /// Returns the schedules. It is the same `Arc` until they are replaced.
    pub fn current(&self) -> Arc<ScheduleSet> {
        Arc::clone(&self.0.borrow())
    }

    /// Returns the schedule of a job with its next due time after a moment, if the job has a schedule.
    pub fn of(&self, job: Uuid, after: Micros) -> Option<types::JobSchedule> {
        self.0.borrow().get(job).map(|job| job.schedule.to_contract(after))
    }

    /// Returns a receiver that notices when the schedules are replaced.
    pub fn subscribe(&self) -> watch::Receiver<Arc<ScheduleSet>> {
        self.0.subscribe()
    }
}
