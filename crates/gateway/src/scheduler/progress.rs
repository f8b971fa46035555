//! What this node knows about how far the schedules are handled.

use std::collections::HashMap;
use std::time::Duration;

use txjobs_store::ScheduleState;
use txjobs_store::time::Micros;
use uuid::Uuid;

use crate::clock::{ClockReading, Moment, micros};
use crate::node_differences::NodeDifferences;
use crate::schedule::{ScheduleSet, ScheduledJob};

/// How far the handled due times may be ahead of the clock without a warning.
const MAX_AHEAD: Duration = Duration::from_secs(86_400);

/// What this node knows about how far the schedules are handled. Other nodes may have handled more.
#[derive(Debug, Default)]
pub(super) struct Progress {
    jobs: HashMap<Uuid, JobProgress>,
    /// The jobs whose schedule in the store is another one.
    foreign: NodeDifferences<Uuid>,
}

#[derive(Clone, Copy, Debug)]
struct JobProgress {
    handled_until: Micros,
    /// The first due time that is not handled.
    next_due_time: Option<Micros>,
}

impl Progress {
    /// Replaces what is known by what the store says. Returns the states of the jobs whose schedules are those of this node.
    pub fn update<'a>(
        &mut self,
        set: &'a ScheduleSet,
        states: Vec<ScheduleState>,
        reading: ClockReading,
    ) -> Vec<(&'a ScheduledJob, ScheduleState)> {
        let mut states: HashMap<Uuid, ScheduleState> =
            states.into_iter().map(|state| (state.job, state)).collect();
        let mut current = Vec::new();
        for job in set.jobs() {
            match states.remove(&job.id).filter(|state| state.definition == job.definition) {
                Some(state) => {
                    self.foreign.remove(&job.id);
                    if !self.jobs.contains_key(&job.id) {
                        warn_of_later_time(job, state.handled_until, reading.time);
                    }
                    self.set_handled_until(job, state.handled_until);
                    current.push((job, state));
                }
                None => {
                    self.jobs.remove(&job.id);
                    self.note_foreign(job, reading.moment);
                }
            }
        }
        current
    }

    fn note_foreign(&mut self, job: &ScheduledJob, moment: Moment) {
        if self.foreign.needs_warning(job.id, moment) {
            tracing::warn!(
                organization = job.organization,
                job = job.name,
                "another node has started with a configuration in which the job has another schedule, so this node does not start \
                 the job. Give all nodes the same configuration"
            );
        }
    }

    /// Notes that the due times of a job are handled until this time.
    pub fn set_handled_until(&mut self, job: &ScheduledJob, handled_until: Micros) {
        if self.jobs.get(&job.id).is_none_or(|progress| progress.handled_until != handled_until) {
            let next_due_time = job.schedule.next_due_time(handled_until);
            self.jobs.insert(job.id, JobProgress { handled_until, next_due_time });
        }
    }

    /// Notes that nothing is known about a job.
    pub fn forget(&mut self, job: Uuid) {
        self.jobs.remove(&job);
    }

    /// Returns whether a due time of the job may have to be handled now.
    pub fn may_be_due(&self, job: Uuid, now: Micros) -> bool {
        let Some(progress) = self.jobs.get(&job) else { return true };
        progress.next_due_time.is_some_and(|due| due <= now)
    }

    /// Returns the first due time after this time that is not handled.
    pub fn next_due_time(&self, now: Micros) -> Option<Micros> {
        self.jobs.values().filter_map(|progress| progress.next_due_time).filter(|due| *due > now).min()
    }
}

/// Logs that nothing is due for a long time, because the clock has shown a later time than now.
fn warn_of_later_time(job: &ScheduledJob, handled_until: Micros, now: Micros) {
    if handled_until.saturating_sub(now) > micros(MAX_AHEAD)
        && let Some(due_times) = &job.schedule.due_times
    {
        let until = due_times.local_text(handled_until);
        tracing::warn!(
            organization = job.organization,
            job = job.name,
            "the clock was ahead, and due times until {until} are handled already, so the job is not due before. If this is wrong, \
             remove its schedule, let the gateway read the configuration, and add the schedule again"
        );
    }
}
