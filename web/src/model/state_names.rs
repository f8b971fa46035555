//! Names of states in the language of the user.

use txjobs_sdk::{ExecutionState, JobStatusCode};

use crate::text::t;

/// Returns the name of the state of an execution, for example `completed with warnings`.
pub fn execution_state(state: ExecutionState) -> String {
    state.label().map_or_else(|| state.to_string(), |label| t(label).to_owned())
}

/// Returns the name of the status of a job, for example `ready`.
pub fn job_status(status: JobStatusCode) -> String {
    status.label().map_or_else(|| status.to_string(), |label| t(label).to_owned())
}
