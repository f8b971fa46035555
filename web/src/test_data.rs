//! Test data for several modules.

use txjobs_sdk::{
    ExecutionState, Severity,
    types::{ExecutionId, JobExecution, JobExecutionLog, JobId, LogId, TriggerId},
};

/// Creates an execution. An invalid time means no time.
pub(crate) fn run(state: ExecutionState, created: &str, ended: &str) -> JobExecution {
    JobExecution {
        create_time: created.parse().ok(),
        end_time: ended.parse().ok(),
        id: ExecutionId(Default::default()),
        job_execution_logs: Vec::new(),
        job_id: JobId(Default::default()),
        state,
        trigger_id: Some(TriggerId(Default::default())),
        started_by: None,
        external_link: None,
    }
}

/// Creates log lines from texts separated by `|`. The first letter determines the severity.
pub(crate) fn lines(text: &str) -> Vec<JobExecutionLog> {
    text.split('|')
        .map(|message| {
            let severity = match message.as_bytes().first() {
                Some(b'e') => Severity::Error,
                Some(b'w') => Severity::Warning,
                Some(b'?') => Severity::Unknown(7),
                _ => Severity::Information,
            };
            let id = LogId(Default::default());
            let message = message.to_owned();
            JobExecutionLog { id, severity, message, job_execution_id: None, time_stamp: None }
        })
        .collect()
}
