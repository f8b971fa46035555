//! The runs that this process executes now.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The numbers of the runs that are executed. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct ExecutingRuns(Arc<Mutex<HashSet<i64>>>);

/// A run that is executed until this is dropped.
#[derive(Debug)]
pub(super) struct ExecutingRun {
    runs: ExecutingRuns,
    number: i64,
    is_kept: bool,
}

impl ExecutingRuns {
    /// Adds a run.
    pub fn insert(&self, number: i64) -> ExecutingRun {
        self.lock().insert(number);
        ExecutingRun { runs: self.clone(), number, is_kept: false }
    }

    /// Returns the numbers of the runs.
    pub fn numbers(&self) -> Vec<i64> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ExecutingRun {
    /// Keeps the run among those that are executed.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for ExecutingRun {
    fn drop(&mut self) {
        if !self.is_kept {
            self.runs.lock().remove(&self.number);
        }
    }
}
