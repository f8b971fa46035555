//! The past runs of all jobs, in the order of their starts.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use fastrand::Rng;
use txjobs_gateway::clock::Micros;
use txjobs_gateway::config::{Config, Job};
use txjobs_sdk::{ExecutionState, Starter};
use txjobs_store::sqlite::PastRun;
use uuid::Uuid;

use super::past_run::{PastStart, past_run};
use super::starts::{scheduled_start, starts};
use crate::script::Script;

/// Generates the runs one after another, because a run that completes may start other jobs.
pub(super) struct PastRuns<'a> {
    rng: Rng,
    now: Micros,
    jobs: Vec<PastJob<'a>>,
    /// The next starts, by their time and the place of their job.
    starts: BTreeMap<Reverse<(Micros, usize)>, PastStart>,
}

struct PastJob<'a> {
    job: &'a Job,
    script: &'a Script,
    ended_at: Micros,
    /// The jobs that have completed since it was started after others.
    completed: HashSet<Uuid>,
}

impl<'a> PastRuns<'a> {
    /// Generates the runs that start after one moment and end before another one.
    pub fn new(config: &'a Config, number: u64, start: Micros, now: Micros) -> Self {
        let scripts = config.jobs().filter_map(|(_, job)| {
            let script = (&*job.work as &dyn Any).downcast_ref::<Script>()?;
            Some(PastJob { job, script, ended_at: Micros::MIN, completed: HashSet::new() })
        });
        let jobs: Vec<_> = scripts.collect();
        let mut rng = Rng::with_seed(number);
        let mut all_starts = BTreeMap::new();
        for (place, job) in jobs.iter().enumerate() {
            let starts = starts(&mut rng, job.job, job.script, start, now).into_iter();
            all_starts.extend(starts.map(|start| (Reverse((start.time, place)), start)));
        }
        Self { rng, now, jobs, starts: all_starts }
    }

    /// Adds the starts of the jobs for which this run was the last missing one.
    fn start_after(&mut self, run: &PastRun) {
        if !matches!(run.state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings) {
            return;
        }
        for (place, other) in self.jobs.iter_mut().enumerate() {
            let Some(schedule) = &other.job.schedule else { continue };
            if !schedule.after.iter().any(|upstream| upstream.id == run.job) {
                continue;
            }
            other.completed.insert(run.job);
            if other.completed.len() == schedule.after.len() {
                other.completed.clear();
                let time = run.ended_at.max(other.ended_at) + self.rng.i64(1_000..20_000);
                let start = scheduled_start(time, Starter::Job, Some(schedule.after_cause()));
                self.starts.insert(Reverse((time, place)), start);
            }
        }
    }
}

impl Iterator for PastRuns<'_> {
    type Item = PastRun;

    fn next(&mut self) -> Option<PastRun> {
        loop {
            let (Reverse((_, place)), start) = self.starts.pop_last()?;
            let job = &mut self.jobs[place];
            // A job has one run at a time.
            if start.time <= job.ended_at {
                continue;
            }
            let run = past_run(&mut self.rng, job.job.id, job.script, start);
            // A run that would end in the future is not a past run.
            if run.ended_at >= self.now {
                continue;
            }
            job.ended_at = run.ended_at;
            self.start_after(&run);
            return Some(run);
        }
    }
}
