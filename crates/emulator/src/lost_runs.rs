//! Runs that were accepted and never exist. Their job is shown as pending for a time, then as idle.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use txjobs_gateway::clock::Micros;

/// The most jobs with a lost run at a time.
const MAX_JOBS: usize = 1000;

/// The jobs whose run was lost, and the time until which each is shown as pending. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct LostRuns(Arc<Mutex<Vec<(Uuid, Micros)>>>);

impl LostRuns {
    /// Adds a lost run of this job.
    pub fn add(&self, job: Uuid, until: Micros) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|(other, _)| *other != job);
        if jobs.len() == MAX_JOBS {
            jobs.remove(0);
        }
        jobs.push((job, until));
    }

    /// Returns whether there is no lost run.
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Returns whether the job is shown as pending.
    pub fn is_pending(&self, job: Uuid, now: Micros) -> bool {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().any(|(other, until)| *other == job && now < *until)
    }

    /// Removes all lost runs.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_of_a_lost_run_is_pending_until_its_time() {
        let (runs, job) = (LostRuns::default(), Uuid::from_u128(1));
        assert!(runs.is_empty());
        runs.add(job, 10);
        assert!(!runs.is_empty() && runs.is_pending(job, 9) && !runs.is_pending(job, 10));
        assert!(!runs.is_pending(Uuid::from_u128(2), 9));
        runs.add(job, 20);
        assert!(runs.is_pending(job, 10));
        for other in 2..2000 {
            runs.add(Uuid::from_u128(other), 30);
        }
        assert!(!runs.is_pending(job, 10), "the oldest is forgotten first");
        assert_eq!(runs.0.lock().unwrap().len(), MAX_JOBS);
    }
}
