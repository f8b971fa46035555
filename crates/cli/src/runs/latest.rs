//! Finds the newest run of a job, also one that is still pending.

use std::time::Duration;

use tokio::time;
use txjobs_sdk::{
    Error, paths,
    types::{ExecutionId, Job, JobExecution, TriggerId},
};

use super::{
    execution,
    history::{extensions, load_newest},
};
use crate::{
    failure::Failure,
    output::{Output, text},
    session::Session,
};

/// How often the history of a pending job is requested until the run appears.
const PENDING_INTERVAL: Duration = Duration::from_secs(2);

/// Returns the newest execution of a job without its log. If the job is pending, waits until its run appears.
async fn find_latest(session: &Session, output: &mut Output, job: &Job) -> Result<JobExecution, Failure> {
    let mut before: Option<Option<ExecutionId>> = None;
    loop {
        let status = session.client.get_job_status().job_id(job.id).send().await;
        let status = status.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner().status;
        let newest = load_newest(session, job.id, false).await?;
        let id = newest.as_ref().map(|execution| execution.id);
        let is_new = before.is_some_and(|before| before != id);
        match newest {
            Some(execution) if is_new || !execution.state.is_final() || !status.is_active() => {
                return Ok(execution);
            }
            None if !status.is_active() => {
                return Err(Failure::NoOutcome(format!(
                    "{} has no run yet. To start it: {}",
                    text::escape_line(&job.name),
                    session.command_line("run", &job.id.to_string())
                )));
            }
            // The run of the status is not in the history yet.
            _ => {}
        }
        before.get_or_insert(id);
        output.show_progress(&format!("{} {status}", text::escape_line(&job.name)));
        output.remind_of_progress();
        time::sleep(PENDING_INTERVAL).await;
    }
}

/// Returns the id by which the newest run can be followed, and its name: the trigger id, or the execution id if it has none and the
/// server accepts it.
pub(crate) async fn latest_id(
    session: &Session,
    output: &mut Output,
    job: &Job,
) -> Result<(TriggerId, &'static str), Failure> {
    let latest = find_latest(session, output, job).await?;
    output.clear_progress();
    if let Some(trigger_id) = execution::trigger_id(&latest) {
        return Ok((trigger_id, "trigger id"));
    }
    if extensions(session, job.id).await?.executions {
        return Ok((TriggerId(*latest.id), "execution id"));
    }
    let log = session.command_line("logs", &format!("{} --execution {}", job.id, latest.id));
    Err(Failure::NoOutcome(format!(
        "The newest run of {} was not started through the API, so it has no trigger id to follow. To print its log: {log}",
        text::escape_line(&job.name)
    )))
}
