//! `txjobs status`

use txjobs_sdk::{Client, JobStatusCode, Trouble, paths, types::JobStatus};

use crate::{
    failure::{Exit, Failure},
    find,
    output::Output,
    text,
};

pub(crate) async fn run(client: &Client, output: &mut Output, job: &str) -> Result<Exit, Failure> {
    let job = find::job(client, job).await?;
    let answer = client.get_job_status().job_id(job.id).send().await;
    let status = answer.map_err(|e| Trouble::from_client(&paths::GET_JOB_STATUS, e))?.into_inner();
    if output.is_json() {
        output.json(&status);
    } else {
        output.data(&text::one_line(&words(&status)));
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
