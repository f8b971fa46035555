//! Ends a run early.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::cluster::ClusterError;
use super::session::Session;
use crate::runner::Exit;

const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How long Kubernetes may take to delete the Job, which includes the grace period of its pod.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Deletes the Job and its pod, and waits until they are gone, but not for long.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn delete(session: &mut Session<'_>) -> Result<(), Exit> {
    session
        .write(Severity::Information, format!("Kubernetes is asked to delete {}.", session.place()))
        .await?;
    let problem = match tokio::time::timeout(MAX_WAIT, delete_and_wait(session)).await {
        Ok(Ok(())) => {
            return session.write(Severity::Information, "Kubernetes has deleted the Job.".to_owned()).await;
        }
        Ok(Err(error)) => format!("{}.{}", error.cause(), error.advice(&session.cluster.namespace)),
        Err(_) => format!("it still exists after {}.", humantime::format_duration(MAX_WAIT)),
    };
    let text = format!("The Job could not be deleted: {problem} It may go on in Kubernetes.");
    session.write(Severity::Warning, text).await
}

async fn delete_and_wait(session: &Session<'_>) -> Result<(), ClusterError> {
    let (cluster, name, uid) = (&session.cluster, &session.job_name, session.token.uid.as_deref());
    let mut is_deleted = false;
    loop {
        let result = match is_deleted {
            // A repetition changes nothing, so a lost response does no harm.
            false => cluster.delete_job(name, uid).await.map(|()| is_deleted = true),
            true => match cluster.get_job(name).await {
                Ok(job) if uid.is_some() && job.metadata.uid.as_deref() != uid => return Ok(()),
                result => result.map(drop),
            },
        };
        match result {
            Ok(()) | Err(ClusterError::Unavailable(_)) => {}
            Err(error) if error.is_missing_job() => return Ok(()),
            // A proxy before the API server may respond so.
            Err(ClusterError::Refused { code: 404, .. }) => {}
            // Another Job has the name.
            Err(ClusterError::Refused { code: 409, .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
