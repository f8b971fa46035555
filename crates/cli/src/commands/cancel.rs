//! `txjobs cancel`

use txjobs_sdk::{Client, Extensions, Trouble, paths};

use crate::{
    failure::{Exit, Failure},
    find,
    output::Output,
    text,
};

pub(crate) async fn run(client: &Client, output: &mut Output, job: &str) -> Result<Exit, Failure> {
    let job = find::job(client, job).await?;
    let status = client.get_job_status().job_id(job.id).send().await;
    let status = status.map_err(|e| Trouble::from_client(&paths::GET_JOB_STATUS, e))?;
    if !Extensions::from(status.headers()).cancel {
        return Err(Failure::Usage(
            "This server cannot cancel: the vendor's API has no such operation, and this server does not announce the \
             extension."
                .to_owned(),
        ));
    }
    let answer = client.cancel_job().job_id(job.id).send().await;
    let cancelled = answer.map_err(|e| Trouble::from_client(&paths::CANCEL_JOB, e))?.into_inner();
    if output.is_json() {
        output.json(&cancelled);
    } else {
        output.data(&cancelled.trigger_id.to_string());
        output.note(&format!("{} is being cancelled.", text::one_line(&job.name)));
    }
    Ok(Exit::Completed)
}
