//! Environment variables of the gateway, and of the processes that it starts.

/// The prefix of the variables of the gateway and its operator, such as API keys. Processes of jobs do not inherit them.
pub const PREFIX: &str = "TXJOBS_";
/// The variable with the job id. It is set for every process of a run.
pub const JOB_ID: &str = "TXJOBS_JOB_ID";
/// The variable with the trigger id. It is set for every process of a run, and identifies it.
pub const TRIGGER_ID: &str = "TXJOBS_TRIGGER_ID";
