//! Names of states and severities in the language of the user. An unknown one includes its number.

use txjobs_sdk::{ExecutionState, JobStatusCode, Severity};

use crate::text::t;

/// Returns the name of the state of an execution, for example `completed with warnings`.
pub fn execution_state(state: ExecutionState) -> String {
    state.label().map_or_else(|| state.to_string(), |label| t(label).to_owned())
}

/// Returns the name of the status of a job, for example `idle`.
pub fn job_status(status: JobStatusCode) -> String {
    status.label().map_or_else(|| status.to_string(), |label| t(label).to_owned())
}

/// Returns the name of the severity of a log line, for example `warning`.
pub fn severity(severity: Severity) -> String {
    severity.label().map_or_else(|| severity.to_string(), |label| t(label).to_owned())
}
