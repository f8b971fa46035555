//! Implements `txjobs status`.

use txjobs_sdk::{Error, JobStatusCode, paths, types::JobStatus};

use crate::{
    failure::{Exit, Failure},
    job_lookup,
    output::Output,
    session::Session,
};

pub(crate) async fn run(session: &Session<'_>, output: &mut Output, job: &str) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, job).await?;
    let response = session.client.get_job_status().job_id(job.id).send().await;
    let status = response.map_err(|e| Error::from_client(&paths::GET_JOB_STATUS, e))?.into_inner();
    if output.is_json() {
        output.write_json(&status)?;
    } else {
        output.write_text(&label(&status))?;
    }
    Ok(Exit::Completed)
}

/// Returns the label of a status. For an unknown number, adds the message of the server.
fn label(status: &JobStatus) -> String {
    match status.status {
        JobStatusCode::Unknown(_) => {
            format!("{} {}", status.status, status.message.as_deref().unwrap_or_default())
        }
        code => code.to_string(),
    }
}
