//! Implements `txjobs logs`.

use txjobs_sdk::{
    Error, Extensions, Severity,
    follow::KnownLines,
    paths,
    types::{JobExecution, JobId, TriggerId},
};

use crate::{
    args::MinSeverity,
    failure::{Exit, Failure},
    job_lookup,
    output::{self, Output},
    session::Session,
    text,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    job: &str,
    trigger_id: Option<TriggerId>,
    severity: MinSeverity,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, job).await?;
    let executions = match trigger_id {
        Some(trigger_id) => fetch_by_trigger(session, job.id, trigger_id).await?,
        None => fetch_newest(session, job.id).await?,
    };
    let Some(mut execution) = executions.into_iter().max_by_key(|e| e.create_time) else {
        if output.is_json() {
            output.write_json(&Option::<JobExecution>::None)?;
        }
        output.write_note(match trigger_id {
            Some(_) => "No execution has this trigger id. The job may still be pending.",
            None => "This job has no execution yet.",
        });
        return Ok(Exit::Completed);
    };
    let lines = &mut execution.job_execution_logs;
    // A server may send a line twice.
    let mut known = KnownLines::default();
    known.begin_response(None);
    lines.retain(|line| known.insert(line) && is_at_least(line.severity, severity));
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
    if output.is_json() {
        output.write_json(&execution)?;
        return Ok(Exit::Completed);
    }
    for line in &execution.job_execution_logs {
        output.write_log_line(line)?;
    }
    let started = execution.create_time.map(|time| format!(", started {time}")).unwrap_or_default();
    output.write_note(&format!(
        "{}: {}{started}",
        output::format_state(execution.state),
        text::escape_line(&job.name)
    ));
    Ok(Exit::Completed)
}

/// Returns the executions of a trigger id.
async fn fetch_by_trigger(
    session: &Session<'_>,
    job: JobId,
    trigger_id: TriggerId,
) -> Result<Vec<JobExecution>, Failure> {
    let response = session.client.get_job_logs_by_trigger().job_id(job).trigger_id(trigger_id).send().await;
    Ok(response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, e))?.into_inner().0)
}

/// Returns the newest execution, or all executions if the server does not support a limit.
async fn fetch_newest(session: &Session<'_>, job: JobId) -> Result<Vec<JobExecution>, Failure> {
    let status = session.client.get_job_status().job_id(job).send().await;
    let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?;
    let mut request = session.client.get_job_logs().job_id(job);
    if Extensions::from(status.headers()).limit {
        request = request.limit(1);
    }
    let response = request.send().await;
    Ok(response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS, e))?.into_inner().0)
}

fn is_at_least(severity: Severity, minimum: MinSeverity) -> bool {
    match severity {
        Severity::Information => minimum <= MinSeverity::Information,
        Severity::Warning => minimum <= MinSeverity::Warning,
        // An unknown severity may be worse than an error, so it is never hidden.
        Severity::Error | Severity::Unknown(_) => true,
    }
}
