//! Starts a job once.

use txjobs_sdk::{
    Error, ErrorKind, JobStatusCode, paths,
    types::{ExecuteJobResult, Job},
};

use super::{execution, history::load_newest};
use crate::{failure::Failure, output::text, session::Session};

/// Starts a job that is idle. The request is sent once and never repeated: a second request could start the job again.
pub(crate) async fn start_job(session: &Session, job: &Job) -> Result<ExecuteJobResult, Failure> {
    let (id, name) = (job.id, text::escape_line(&job.name));
    let status = session.client.get_job_status().job_id(id).send().await;
    let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner().status;
    if status.is_active() {
        return Err(Failure::Busy(busy_message(session, job, Some(status)).await));
    }
    let next_step = format!(
        "To check: {}, {}",
        session.command_line("status", &id.to_string()),
        session.command_line("logs", &id.to_string())
    );
    session.interruption_message.set(format!("it is unknown whether {name} was started.\n{next_step}"));
    let error = match session.client.execute_job().job_id(id).send().await {
        Ok(response) => return Ok(response.into_inner()),
        Err(error) => Error::from_client(&paths::EXECUTE_JOB, error),
    };
    session.interruption_message.set(format!("{name} was not started."));
    if error.is_outcome_unknown() {
        Err(Failure::OutcomeUnknown(error, next_step))
    } else if error.kind == ErrorKind::Conflict {
        let message = busy_message(session, job, None).await;
        Err(Failure::Busy(format!("{error}\n{message}")))
    } else {
        Err(Failure::Api(error))
    }
}

/// Returns what runs instead of a job that was not started, and how to follow it.
async fn busy_message(session: &Session, job: &Job, status: Option<JobStatusCode>) -> String {
    let name = text::escape_line(&job.name);
    let state = status.map_or_else(|| "pending or running".to_owned(), |status| status.to_string());
    let newest = load_newest(session, job.id, false).await.ok().flatten();
    let current = newest
        .filter(|execution| !execution.state.is_final())
        .and_then(|newest| execution::trigger_id(&newest));
    let run = current.map(|id| format!(", trigger id {id}")).unwrap_or_default();
    let target = current.map_or_else(|| "latest".to_owned(), |id| id.to_string());
    let command = session.command_line("follow", &format!("{} {target}", job.id));
    format!(
        "{name} is {state}{run}, so it was not started on {}. To follow that run: {command}",
        session.settings.domain.value
    )
}
