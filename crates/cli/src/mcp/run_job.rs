//! The tool `run_job`.

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;
use txjobs_sdk::{Error, paths};

use super::{
    answer::Answer,
    arguments::JobArguments,
    named_job::{self, NamedJob},
    pending_starts::PendingStarts,
};
use crate::{failure::Failure, session::Session};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StartedRun {
    job: NamedJob,
    /// The trigger id, which identifies the run.
    trigger_id: String,
}

/// Starts the job. Sends one request to start it, and never repeats it.
pub(super) async fn call(
    session: &Session,
    pending_starts: &PendingStarts,
    arguments: &JobArguments,
) -> Result<Answer<StartedRun>, Failure> {
    let job = named_job::find(session, arguments.job()?).await?;
    let named = NamedJob::from(&job);
    pending_starts.add(&named.name);
    let response = session.client.execute_job().job_id(job.id).send().await;
    pending_starts.remove(&named.name);
    let response = response.map_err(|error| {
        let error = Error::from_client(&paths::EXECUTE_JOB, error);
        if error.is_outcome_unknown() {
            let next_step = format!(
                "It is unknown whether {} was started. Do not call run_job again. Call job_status and job_history with job {} to find \
                 out. A run that was started may be pending for a few minutes before it is in the history.",
                named.name, named.id
            );
            Failure::OutcomeUnknown(error, next_step)
        } else {
            Failure::Api(error)
        }
    })?;
    let trigger_id = response.into_inner().trigger_id.to_string();
    let text = format!(
        "Started {}, trigger id {trigger_id}. The run is not finished. To find out how it ends: call job_log with job {} and this \
         trigger_id, or job_history.",
        named.name, named.id
    );
    Ok(Answer { data: StartedRun { job: named, trigger_id }, text })
}
