//! Names of states, severities, and starters in the language of the user. An unknown one includes its number.

use txjobs_sdk::{ExecutionState, JobStatusCode, Severity, Starter};

use super::history::RunSummary;
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

/// Returns the name of what started a run, for example `schedule`. A server without this extension tells only whether it was
/// the API.
pub fn starter(run: &RunSummary) -> String {
    match (run.starter, run.trigger) {
        (Some(Starter::Api), _) => "API".to_owned(),
        (Some(Starter::Schedule), _) => t("schedule").to_owned(),
        (Some(Starter::Job), _) => t("other jobs").to_owned(),
        (Some(unknown @ Starter::Unknown(_)), _) => unknown.to_string(),
        (None, Some(_)) => "API".to_owned(),
        (None, None) => t("application").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::run;

    #[test]
    fn starter_is_known_with_and_without_the_extension() {
        let mut run = RunSummary::from_execution(&run(ExecutionState::Completed, "", ""));
        let mut name = |starter, has_trigger: bool| {
            run.starter = starter;
            run.trigger = has_trigger.then(|| txjobs_sdk::types::TriggerId(uuid::Uuid::from_u128(1)));
            super::starter(&run)
        };
        assert_eq!((name(None, true), name(None, false)), ("API".to_owned(), "application".to_owned()));
        assert_eq!(name(Some(Starter::Schedule), false), "schedule");
        assert_eq!(name(Some(Starter::Job), false), "other jobs");
        assert_eq!(name(Some(Starter::Unknown(9)), true), "Unknown (9)");
    }
}
