//! `txjobs run`

use txjobs_sdk::{Client, Trouble, paths};

use crate::{
    args::Wait,
    failure::{Exit, Failure},
    find,
    output::Output,
    tail, text,
};

pub(crate) async fn run(
    client: &Client,
    output: &mut Output,
    job: &str,
    no_wait: bool,
    wait: &Wait,
) -> Result<Exit, Failure> {
    let job = find::job(client, job).await?;
    // Sent once: a second request could start the job a second time.
    let answer = client.execute_job().job_id(job.id).send().await.map_err(|error| {
        let trouble = Trouble::from_client(&paths::EXECUTE_JOB, error);
        if trouble.leaves_outcome_unclear() {
            let id = job.id;
            let find_out = format!("Find out: txjobs status {id}, txjobs logs {id}");
            Failure::Unclear(trouble, find_out)
        } else {
            Failure::Trouble(trouble)
        }
    })?;
    let started = answer.into_inner();
    if no_wait {
        if output.is_json() {
            output.json(&started);
        } else {
            output.data(&started.trigger_id.to_string());
        }
        return Ok(Exit::Completed);
    }
    output.note(&format!("Started {}, trigger id {}", text::one_line(&job.name), started.trigger_id));
    tail::tail(client, output, &job, started.trigger_id, wait).await
}
