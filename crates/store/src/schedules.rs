//! Schedules: how far their due times are handled, and the runs that they start.

use async_trait::async_trait;
use uuid::Uuid;

use crate::error::Result;
use crate::time::Micros;

/// A schedule of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredSchedule {
    /// The job that it starts.
    pub job: Uuid,
    /// Everything that decides when it starts the job, as text.
    pub definition: String,
    /// The jobs after which the job runs.
    pub after: Vec<Uuid>,
}

/// How far a schedule is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleState {
    /// The job that it starts.
    pub job: Uuid,
    /// The definition of the newest start or reload of a node.
    pub definition: String,
    /// Due times up to this time have started a run or were skipped.
    pub handled_until: Micros,
    /// Whether there are jobs after which the job runs, and each has completed since it was last started after them.
    pub is_after_complete: bool,
}

/// What a run is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartReason {
    /// Due times.
    DueTime {
        /// The time up to which due times were handled before.
        handled_until: Micros,
        /// The due time of the run, which is the latest one that is handled with it.
        due_time: Micros,
    },
    /// The completion of other jobs.
    Jobs,
}

/// A run that a schedule starts.
#[derive(Clone, Copy, Debug)]
pub struct ScheduledStart<'a> {
    /// The job to start.
    pub job: Uuid,
    /// The definition of the schedule. Another one in the store starts nothing.
    pub definition: &'a str,
    /// What the run is started for.
    pub reason: StartReason,
    /// The first line of its log.
    pub cause: Option<&'a str>,
    /// The current time.
    pub now: Micros,
}

/// The outcome of an attempt to start a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartOutcome {
    /// The run is on the disk.
    Started,
    /// The job is pending or running. Nothing has changed.
    Busy,
    /// Another node has handled it, or the schedule or the job has changed. Nothing has changed.
    Superseded,
}

/// Stores schedules.
#[async_trait]
pub trait ScheduleStore: Send + Sync {
    /// Makes the schedules of the configuration the current ones. The handling of a new schedule begins now. That of another
    /// definition begins now or at the latest due time that is handled already, so that none is handled twice: another node may
    /// have started its run since `now` was read. A completion of a job that both name after counts on. The jobs must exist.
    async fn declare_schedules(&self, schedules: &[DeclaredSchedule], now: Micros) -> Result<()>;

    /// Returns the states of all schedules.
    async fn schedule_states(&self) -> Result<Vec<ScheduleState>>;

    /// Starts a run with the nil trigger id, and in the same transaction marks what it is started for as handled. Of several
    /// concurrent calls for the same reason, one starts a run.
    async fn start_scheduled_run(&self, start: ScheduledStart<'_>) -> Result<StartOutcome>;

    /// Marks due times as handled that start no run. Returns false if another node has handled them, or if the definition has
    /// changed.
    async fn skip_due_times(
        &self,
        job: Uuid,
        definition: &str,
        handled_until: Micros,
        skip_until: Micros,
    ) -> Result<bool>;
}
