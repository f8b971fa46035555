//! Continues a run of an earlier node.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::cluster::ClusterError;
use super::session::Session;
use super::start::{can_repeat, unknown};
use crate::runner::Exit;

/// How often a cluster at another address is asked for the Job, and the pause in between.
const MAX_LOOKS: u32 = 12;
const PAUSE: Duration = Duration::from_secs(5);

/// Prepares to follow a run of an earlier node.
///
/// # Errors
///
/// Fails with the exit of the run if it cannot be followed.
pub(super) async fn resume(session: &mut Session<'_>) -> Result<(), Exit> {
    let address = session.cluster.address();
    if session.token.server != address {
        tokio::select! {
            biased;
            _ = session.context.interrupts.left() => return Err(Exit::Detached),
            found = find_job(session, &address) => found?,
        }
        session.token.server = address;
    }
    if session.token.uid.is_none() && !can_repeat(session) {
        return Err(unknown(session));
    }
    let text = format!("The gateway follows {} again.", session.place());
    session.write(Severity::Information, text).await
}

/// Checks that the Job of the run is at an address to which the job has changed. It may be the same cluster. In another one, the run
/// would be started again, and its Job would seem to be deleted.
async fn find_job(session: &Session<'_>, address: &str) -> Result<(), Exit> {
    let has_changed = format!(
        "The job has changed since the run was started: its cluster was at {}, and is at {address} now",
        session.token.server
    );
    if session.token.uid.is_none() {
        return Err(Exit::Failed(format!(
            "{has_changed}. It is unknown whether the Job was created. It was not created again. Look for {}.",
            session.place()
        )));
    }
    let mut looks = 0;
    let cause = loop {
        let cause = match session.cluster.get_job(&session.job_name).await {
            Ok(job) if job.metadata.uid == session.token.uid => return Ok(()),
            Ok(_) => break "another Job has its name there".to_owned(),
            Err(ClusterError::Unavailable(cause)) => cause,
            Err(error) => break error.cause(),
        };
        looks += 1;
        if looks == MAX_LOOKS {
            break cause;
        }
        tokio::time::sleep(PAUSE).await;
    };
    Err(Exit::Failed(format!(
        "{has_changed}, where its Job cannot be read: {cause}. The run is not followed, and nothing is deleted. It may go on in the \
         earlier cluster: {}.",
        session.place()
    )))
}
