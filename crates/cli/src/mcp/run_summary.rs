//! The state, the times, and the line counts of a run.

use std::fmt::Write;

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;
use txjobs_sdk::{Severity, types::JobExecution};

use crate::runs::execution;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct RunSummary {
    /// The trigger id, which identifies the run. It is absent if the run was not started through the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_id: Option<String>,
    /// `created`, `running`, `completed`, `failed`, `completed with errors`, or `completed with warnings`.
    state: String,
    /// The time when the run started.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    /// The time when the run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    /// How long the run took. It is absent while the run continues.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<f64>,
    /// The number of log lines.
    pub(super) lines: usize,
    /// The number of log lines that are warnings.
    pub(super) warnings: usize,
    /// The number of log lines that are errors, or have an unknown severity.
    pub(super) errors: usize,
}

impl From<&JobExecution> for RunSummary {
    fn from(execution: &JobExecution) -> Self {
        let lines = &execution.job_execution_logs;
        let count =
            |is_counted: fn(Severity) -> bool| lines.iter().filter(|l| is_counted(l.severity)).count();
        let trigger_id = execution::trigger_id(execution);
        Self {
            trigger_id: trigger_id.map(|id| id.to_string()),
            state: execution.state.to_string(),
            start_time: execution.create_time.map(|time| time.to_string()),
            end_time: execution.end_time.map(|time| time.to_string()),
            duration_seconds: execution::duration(execution)
                .map(|duration| duration.as_millis() as f64 / 1000.0),
            lines: lines.len(),
            warnings: count(|severity| severity == Severity::Warning),
            errors: count(|severity| matches!(severity, Severity::Error | Severity::Unknown(_))),
        }
    }
}

impl RunSummary {
    /// Returns the summary as a line of text.
    pub(super) fn to_text(&self) -> String {
        let mut text = self.state.clone();
        if let Some(time) = &self.start_time {
            let _ = write!(text, ", started {time}");
        }
        if let Some(seconds) = self.duration_seconds {
            let _ = write!(text, ", took {seconds} s");
        }
        let Self { lines, warnings, errors, .. } = self;
        let _ = write!(text, ", {errors} errors, {warnings} warnings, {lines} lines");
        match &self.trigger_id {
            Some(id) => text + ", trigger id " + id,
            None => text + ", not started through the API",
        }
    }
}
