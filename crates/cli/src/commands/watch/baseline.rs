//! The ended runs that are known already.

use std::collections::HashSet;

use txjobs_sdk::types::{ExecutionId, JobExecution};

#[derive(Default)]
pub(super) struct Baseline(HashSet<ExecutionId>);

impl Baseline {
    /// Returns whether the run has ended and was not known.
    pub(super) fn insert(&mut self, execution: &JobExecution) -> bool {
        execution.state.is_final() && self.0.insert(execution.id)
    }
}
