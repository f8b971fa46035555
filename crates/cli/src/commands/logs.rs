//! Implements `txjobs logs`.

use std::num::NonZeroU32;

use txjobs_sdk::types::{JobExecution, TriggerId};

use crate::{
    args::MinSeverity,
    executions,
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
        Some(trigger_id) => executions::fetch_by_trigger(session, job.id, trigger_id).await?,
        None => executions::fetch_newest(session, job.id, NonZeroU32::MIN).await?,
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
    executions::sort_lines(&mut execution);
    execution.job_execution_logs.retain(|line| executions::is_at_least(line.severity, severity));
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
