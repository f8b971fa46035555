//! Ends a run early.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::cluster::ClusterError;
use super::session::Session;
use crate::runner::Exit;

const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How long Kubernetes may take to delete the Job, which includes the grace period of its pod.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// How long a request without a response may still create the Job. API servers give up a request after this time by default.
const MAX_CREATION_TIME: Duration = Duration::from_secs(60);

/// How a deletion has ended.
enum Deletion {
    Deleted,
    /// There was no Job, and there will be none.
    NeverCreated,
}

/// Deletes the Job and its pod, and waits until they are gone, but not for long.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn delete(session: &mut Session<'_>) -> Result<(), Exit> {
    session
        .write(Severity::Information, format!("Kubernetes is asked to delete {}.", session.place()))
        .await?;
    let limit = MAX_WAIT + creation_time(session);
    let mut cause = "it still exists".to_owned();
    let problem = match tokio::time::timeout(limit, delete_and_wait(session, &mut cause)).await {
        Ok(Ok(deletion)) => {
            let text = match deletion {
                Deletion::Deleted => "Kubernetes has deleted the Job.",
                Deletion::NeverCreated => "Kubernetes has not created the Job.",
            };
            return session.write(Severity::Information, text.to_owned()).await;
        }
        Ok(Err(error)) => format!("{}.{}", error.cause(), error.advice(&session.cluster.namespace)),
        Err(_) => format!("after {}, {cause}.", humantime::format_duration(limit)),
    };
    let text = format!("The Job could not be deleted: {problem} It may go on in Kubernetes.");
    session.write(Severity::Warning, text).await
}

/// Returns how long the Job may still be created: a cancellation does not wait for the response to the request, or the response was lost.
fn creation_time(session: &Session<'_>) -> Duration {
    let requests = session.create_requests.as_ref().filter(|_| session.token.uid.is_none());
    let left = requests.map(|requests| MAX_CREATION_TIME.saturating_sub(requests.latest.elapsed()));
    // In whole seconds, for people.
    left.map(|left| Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)))
        .unwrap_or_default()
}

/// Deletes the Job. `cause` becomes why it is not deleted yet.
async fn delete_and_wait(session: &Session<'_>, cause: &mut String) -> Result<Deletion, ClusterError> {
    let (cluster, name, uid) = (&session.cluster, &session.job_name, session.token.uid.as_deref());
    let (mut is_deleted, mut was_deleted) = (false, false);
    loop {
        let result = match is_deleted {
            // A repetition changes nothing, so a lost response does no harm.
            false => cluster.delete_job(name, uid).await.map(|()| is_deleted = true),
            true => match cluster.get_job(name).await {
                Ok(job) if uid.is_some() && job.metadata.uid.as_deref() != uid => {
                    return Ok(Deletion::Deleted);
                }
                result => result.map(drop),
            },
        };
        match result {
            Ok(()) => "it still exists".clone_into(cause),
            Err(error) if error.is_missing_job() => {
                was_deleted |= is_deleted;
                // Another request may create it again.
                let is_repeated =
                    session.create_requests.as_ref().is_some_and(|requests| requests.are_several);
                let may_appear = !creation_time(session).is_zero() && (is_repeated || !was_deleted);
                match may_appear {
                    true => is_deleted = false,
                    false if was_deleted || session.token.uid.is_some() => return Ok(Deletion::Deleted),
                    false => return Ok(Deletion::NeverCreated),
                }
            }
            // Another Job has the name.
            Err(ClusterError::Refused { code: 409, .. }) => return Ok(Deletion::Deleted),
            // A proxy before the API server may respond so.
            Err(error @ (ClusterError::Unavailable(_) | ClusterError::Refused { code: 404, .. })) => {
                *cause = error.cause();
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
