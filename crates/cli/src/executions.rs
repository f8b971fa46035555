//! Requests the executions of a job, and sorts their log lines.

use std::num::NonZeroU32;

use txjobs_sdk::{
    Error, Extensions, Severity,
    follow::KnownLines,
    paths,
    types::{JobExecution, JobId, TriggerId},
};

use crate::{args::MinSeverity, failure::Failure, session::Session};

/// Returns the executions of a trigger id.
pub(crate) async fn fetch_by_trigger(
    session: &Session<'_>,
    job: JobId,
    trigger_id: TriggerId,
) -> Result<Vec<JobExecution>, Failure> {
    let response = session.client.get_job_logs_by_trigger().job_id(job).trigger_id(trigger_id).send().await;
    Ok(response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, e))?.into_inner().0)
}

/// Returns the `limit` newest executions, or all executions if the server does not support a limit. They are not sorted.
pub(crate) async fn fetch_newest(
    session: &Session<'_>,
    job: JobId,
    limit: NonZeroU32,
) -> Result<Vec<JobExecution>, Failure> {
    let status = session.client.get_job_status().job_id(job).send().await;
    let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?;
    let mut request = session.client.get_job_logs().job_id(job);
    if Extensions::from(status.headers()).limit {
        request = request.limit(limit);
    }
    let response = request.send().await;
    Ok(response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS, e))?.into_inner().0)
}

/// Removes repeated log lines, because a server may send a line twice, and sorts the lines by time if all have one.
pub(crate) fn sort_lines(execution: &mut JobExecution) {
    let lines = &mut execution.job_execution_logs;
    let mut known = KnownLines::default();
    known.begin_response(None);
    lines.retain(|line| known.insert(line));
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
}

/// Returns whether a log line is at least as severe as `minimum`.
pub(crate) fn is_at_least(severity: Severity, minimum: MinSeverity) -> bool {
    match severity {
        Severity::Information => minimum <= MinSeverity::Information,
        Severity::Warning => minimum <= MinSeverity::Warning,
        // An unknown severity may be worse than an error, so it is never hidden.
        Severity::Error | Severity::Unknown(_) => true,
    }
}
