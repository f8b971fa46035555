//! `txjobs status`

use txjobs_sdk::{Error, JobStatusCode, paths, types::JobStatus};

use crate::{
    failure::{Exit, Failure},
    find,
    output::Output,
    session::Session,
};

pub(crate) async fn run(session: &Session<'_>, output: &mut Output, job: &str) -> Result<Exit, Failure> {
    let job = find::job(session, job).await?;
    let answer = session.client.get_job_status().job_id(job.id).send().await;
    let status = answer.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner();
    if output.is_json() {
        output.json(&status)?;
    } else {
        output.data(&words(&status))?;
    }
    Ok(Exit::Completed)
}

/// A code that the contract does not name comes with what the server says of it.
fn words(status: &JobStatus) -> String {
    match status.status {
        JobStatusCode::Unknown(_) => {
            format!("{} {}", status.status, status.message.as_deref().unwrap_or_default())
        }
        code => code.to_string(),
    }
}
