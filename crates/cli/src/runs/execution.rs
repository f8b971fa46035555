//! What an execution tells about its run.

use std::time::Duration;

use txjobs_sdk::types::{JobExecution, TriggerId};

/// Returns the trigger id. Runs that the application started have none, or the nil id.
pub(crate) fn trigger_id(execution: &JobExecution) -> Option<TriggerId> {
    execution.trigger_id.filter(|id| !id.is_nil())
}

/// Returns how long the run took, if both times are known and in order.
pub(crate) fn duration(execution: &JobExecution) -> Option<Duration> {
    execution.end_time?.since(execution.create_time?)
}
