//! The task that starts runs.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use txjobs_sdk::JobStatusCode;
use txjobs_store::time::Micros;
use txjobs_store::{Result, ScheduleState, ScheduledStart, SharedStore, StartOutcome, StartReason};

use super::action::{Action, next_action};
use super::progress::Progress;
use super::texts::due_time_cause;
use crate::clock::SharedClock;
use crate::metrics::{declare_due_times, record_missed_due_times};
use crate::poll_loop::{PollLoop, PolledTask};
use crate::runner::RunnerHandle;
use crate::schedule::{ScheduleSet, ScheduledJob, Schedules};
use crate::supervision::keep_running;

/// Starts a scheduler in a task, which begins anew after a panic, until `stop` is canceled. What it has done is in the store.
pub(crate) fn spawn_scheduler(
    store: SharedStore,
    clock: SharedClock,
    runner: RunnerHandle,
    schedules: Schedules,
    stop: CancellationToken,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let start = || {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Scheduler::new(store, clock, runner.clone(), schedules.clone()).run(stop.clone())
        };
        keep_running("scheduler", &stop, start).await;
    }))
}

/// Starts runs at due times and after other jobs, together with the other nodes of the database.
#[derive(Debug)]
pub struct Scheduler {
    store: SharedStore,
    clock: SharedClock,
    runner: RunnerHandle,
    schedules: Schedules,
    /// The schedules that the progress is about.
    set: Arc<ScheduleSet>,
    progress: Progress,
}

impl Scheduler {
    /// Creates a scheduler for schedules that the store knows.
    pub fn new(store: SharedStore, clock: SharedClock, runner: RunnerHandle, schedules: Schedules) -> Self {
        let (set, progress) = (Arc::default(), Progress::default());
        Self { store, clock, runner, schedules, set, progress }
    }

    /// Starts runs until the shutdown begins. Uses no time and no query while no job has a schedule.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let poll_loop = PollLoop {
            clock: Arc::clone(&self.clock),
            changes: self.schedules.subscribe(),
            run_ends: self.runner.run_ends(),
            wake: Arc::default(),
            stop: shutdown,
        };
        poll_loop.run(&mut self).await;
    }

    /// Starts what is due now, unless its job is pending or running, and skips what is too late.
    ///
    /// # Errors
    ///
    /// Fails if the store fails. The next call continues.
    pub async fn tick(&mut self) -> Result<()> {
        self.tick_at(self.clock.now()).await
    }

    async fn tick_at(&mut self, now: Micros) -> Result<()> {
        let set = self.schedules.current();
        if !Arc::ptr_eq(&set, &self.set) {
            self.set = Arc::clone(&set);
            self.progress = Progress::default();
            set.jobs().filter(|job| job.schedule.due_times.is_some()).for_each(|job| {
                declare_due_times(&job.organization, &job.name);
            });
        }
        let is_open =
            |job: &ScheduledJob| !job.schedule.after.is_empty() || self.progress.may_be_due(job.id, now);
        if !set.jobs().any(is_open) {
            return Ok(());
        }
        let states = self.store.schedule_states().await?;
        let unfinished = self.store.unfinished_jobs().await?;
        let mut has_started = false;
        for (job, state) in self.progress.update(&set, states, self.clock.read()) {
            let is_idle = unfinished.status_of(job.id) == JobStatusCode::Idle;
            let started = self.handle_due_times(job, &state, now, is_idle).await?;
            let started =
                started || is_idle && state.is_after_complete && self.start_after_jobs(job, now).await?;
            has_started |= started;
        }
        if has_started {
            self.runner.wake();
        }
        Ok(())
    }

    /// Returns whether a run was started.
    async fn handle_due_times(
        &mut self,
        job: &ScheduledJob,
        state: &ScheduleState,
        now: Micros,
        is_idle: bool,
    ) -> Result<bool> {
        let mut handled_until = state.handled_until;
        while let Some(action) = next_action(&job.schedule, handled_until, now, is_idle) {
            match action {
                Action::Start { due_time, missed } => {
                    return self.start_at_due_time(job, handled_until, due_time, missed, now).await;
                }
                Action::Skip { until, missed } => {
                    let skip = self.store.skip_due_times(job.id, &job.definition, handled_until, until);
                    if !skip.await? {
                        self.progress.forget(job.id);
                        return Ok(false);
                    }
                    note_missed(job, missed, "were skipped: the job could not start within a minute");
                    self.progress.set_handled_until(job, until);
                    handled_until = until;
                }
            }
        }
        Ok(false)
    }

    async fn start_at_due_time(
        &mut self,
        job: &ScheduledJob,
        handled_until: Micros,
        due_time: Micros,
        missed: u64,
        now: Micros,
    ) -> Result<bool> {
        let Some(due_times) = &job.schedule.due_times else { return Ok(false) };
        let cause = due_time_cause(due_times, due_time, now, missed);
        let reason = StartReason::DueTime { handled_until, due_time };
        let outcome = self.start(job, reason, cause.as_deref(), now).await?;
        if outcome == StartOutcome::Started {
            let due = due_times.local_text(due_time);
            tracing::info!(
                organization = job.organization,
                job = job.name,
                due,
                "job started by its schedule"
            );
            self.progress.set_handled_until(job, due_time);
            if missed > 0 {
                note_missed(job, missed, "were missed: one run has started for the latest one");
            }
        }
        Ok(outcome == StartOutcome::Started)
    }

    async fn start_after_jobs(&mut self, job: &ScheduledJob, now: Micros) -> Result<bool> {
        let cause = job.schedule.after_cause();
        let outcome = self.start(job, StartReason::Jobs, Some(&cause), now).await?;
        if outcome == StartOutcome::Started {
            tracing::info!(
                organization = job.organization,
                job = job.name,
                cause,
                "job started by other jobs"
            );
        }
        Ok(outcome == StartOutcome::Started)
    }

    async fn start(
        &mut self,
        job: &ScheduledJob,
        reason: StartReason,
        cause: Option<&str>,
        now: Micros,
    ) -> Result<StartOutcome> {
        let start = ScheduledStart { job: job.id, definition: &job.definition, reason, cause, now };
        let outcome = self.store.start_scheduled_run(start).await;
        if !matches!(outcome, Ok(StartOutcome::Started | StartOutcome::Busy)) {
            // Another node was faster. Or the run may have started, although the store failed.
            self.progress.forget(job.id);
        }
        outcome
    }
}

impl PolledTask for Scheduler {
    const FAILED: &str = "the store failed; what schedules start has to wait";
    const RECOVERED: &str = "the store works again for schedules";

    async fn tick(&mut self, now: Micros) -> Result<()> {
        self.tick_at(now).await
    }

    fn is_active(&self) -> bool {
        !self.set.is_empty()
    }

    fn next_due_time(&self, now: Micros) -> Option<Micros> {
        self.progress.next_due_time(now)
    }
}

fn note_missed(job: &ScheduledJob, missed: u64, what: &str) {
    tracing::warn!(organization = job.organization, job = job.name, missed, "due times {what}");
    record_missed_due_times(&job.organization, &job.name, missed);
}
