//! The executions of a job.

use std::num::NonZeroU32;

use txjobs_sdk::{
    Error, Extensions,
    follow::KnownLines,
    operation, paths,
    types::{JobExecution, JobId, LogsSelection, TriggerId},
};

use crate::{failure::Failure, session::Session};

/// Returns at most `limit` executions of a job, the newest first. Without `with_logs`, their lines are missing if the server can omit
/// them.
pub(crate) async fn load_history(
    session: &Session,
    job: JobId,
    limit: usize,
    with_logs: bool,
) -> Result<Vec<JobExecution>, Failure> {
    let extensions = extensions(session, job).await?;
    let mut request = session.client.get_job_logs().job_id(job);
    if extensions.limit {
        // An unlimited history can have all lines of all runs.
        let limit = u32::try_from(limit).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        request = request.limit(limit);
    }
    if extensions.logs && !with_logs {
        request = request.logs(LogsSelection::None);
    }
    let response = request.send().await.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS, e))?;
    let mut executions = response.into_inner().0;
    sort_newest_first(&mut executions);
    executions.truncate(limit);
    Ok(executions)
}

/// Returns the executions of a trigger id, the newest first.
pub(crate) async fn load_by_trigger(
    session: &Session,
    job: JobId,
    trigger_id: TriggerId,
) -> Result<Vec<JobExecution>, Failure> {
    let response = session.client.get_job_logs_by_trigger().job_id(job).trigger_id(trigger_id).send().await;
    let response = response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, e))?;
    let mut executions = response.into_inner().0;
    sort_newest_first(&mut executions);
    Ok(executions)
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

/// Returns the newest execution of a job, with or without its log.
pub(crate) async fn load_newest(
    session: &Session,
    job: JobId,
    with_logs: bool,
) -> Result<Option<JobExecution>, Failure> {
    Ok(load_history(session, job, 1, with_logs).await?.into_iter().next())
}

/// Returns the request for the newest execution with its log, or for all executions if the server has no limit.
pub(crate) async fn newest_request(session: &Session, job: JobId) -> Result<operation::Request, Failure> {
    let limit = extensions(session, job).await?.limit.then_some(1);
    Ok(paths::get_job_logs(job, limit, None))
}

/// Sorts executions by the time of their creation. One without a time counts as the oldest.
fn sort_newest_first(executions: &mut [JobExecution]) {
    executions.sort_by_key(|execution| std::cmp::Reverse(execution.create_time));
}

/// Returns what the server announces. Only a response tells, and the status of a job is the smallest one. A session asks once.
pub(super) async fn extensions(session: &Session, job: JobId) -> Result<Extensions, Failure> {
    let ask = async || {
        let status = session.client.get_job_status().job_id(job).send().await;
        let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?;
        Ok(Extensions::from(status.headers()))
    };
    session.extensions.get_or_try_init(ask).await.copied()
}
