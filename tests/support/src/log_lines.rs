//! Executions in the JSON of the API.

use serde_json::Value;

/// Returns the severities and messages of an execution's log lines.
#[must_use]
pub fn lines(execution: &Value) -> Vec<(i64, &str)> {
    let lines = execution["JobExecutionLogs"].as_array().unwrap();
    lines.iter().map(|line| (line["Severity"].as_i64().unwrap(), line["Message"].as_str().unwrap())).collect()
}

/// Returns whether the state of the execution is final.
#[must_use]
pub fn has_ended(execution: &Value) -> bool {
    execution["State"].as_i64().is_some_and(|state| state >= 2)
}
