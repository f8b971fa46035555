//! Creates the Job of a run.

use std::time::Duration;

use k8s_openapi::api::batch::v1::Job;
use txjobs_sdk::Severity;

use super::cluster::ClusterError;
use super::job_object::{TRIGGER_ID_LABEL, job_object};
use super::session::Session;
use crate::runner::Exit;

/// The pauses between attempts, while the API server cannot be reached.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// Creates the Job of the run, unless it exists.
///
/// The name of the Job belongs to the run, so that a request whose response was lost can be repeated: if the Job exists, the
/// server refuses a second one, and the run goes on with the first one. Only a Job that has ended and was deleted meanwhile could be
/// created again. So nothing is repeated when that is possible.
///
/// # Errors
///
/// Fails with the exit of the run if the Job cannot be created.
pub(super) async fn create(session: &mut Session<'_>) -> Result<(), Exit> {
    let run = session.context.run;
    let object = job_object(session.job, run, &session.cluster.namespace);
    let mut pause = FIRST_PAUSE;
    let mut is_unavailable = false;
    loop {
        session.note_create_request();
        let created = match session.cluster.create_job(&object).await {
            Err(error) if error.is_already_exists() => session.cluster.get_job(&session.job_name).await,
            created => created,
        };
        match created {
            Ok(job) => return note_created(session, &job).await,
            Err(ClusterError::Unavailable(cause)) => {
                if !std::mem::replace(&mut is_unavailable, true) {
                    let text = format!("The Job cannot be created now: {cause}. The request is repeated.");
                    session.write(Severity::Information, text).await?;
                }
            }
            // It ended between the two requests.
            Err(error) if error.is_missing_job() => {
                return Err(Exit::Failed(format!(
                    "The Job {} was deleted while it was started.",
                    session.job_name
                )));
            }
            Err(error) => {
                let (cause, advice) = (error.cause(), error.advice(&session.cluster.namespace));
                return Err(Exit::Failed(format!("The Job could not be created: {cause}.{advice}")));
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
        if !can_repeat(session) {
            return Err(unknown(session));
        }
    }
}

/// Returns whether the request that creates the Job can be sent again.
pub(super) fn can_repeat(session: &Session<'_>) -> bool {
    session.token.can_create_again(session.context.clock.now())
}

/// Returns the exit of a run whose Job may have existed.
pub(super) fn unknown(session: &Session<'_>) -> Exit {
    Exit::Failed(format!(
        "It is unknown whether the Job was created: there was no response, and since then Kubernetes may have deleted an ended Job. \
         It was not created again. Look for {}.",
        session.place()
    ))
}

async fn note_created(session: &mut Session<'_>, job: &Job) -> Result<(), Exit> {
    let trigger_id = session.context.run.unique_id().to_string();
    let label = job.metadata.labels.as_ref().and_then(|labels| labels.get(TRIGGER_ID_LABEL));
    if label != Some(&trigger_id) {
        return Err(Exit::Failed(format!(
            "A Job named {} exists in the namespace {}, but it is not one of this run. Delete it, and start the job again.",
            session.job_name, session.cluster.namespace
        )));
    }
    session.token.uid = job.metadata.uid.clone();
    let text = format!("Kubernetes runs {}.", session.place());
    session.write(Severity::Information, text).await
}
