//! A file for each command.

mod cancel;
mod follow;
mod jobs;
mod logs;
mod run;
mod status;

use txjobs_sdk::{Client, JobStatusCode, Trouble, paths, types::JobStatus};

use crate::{
    args::{Cli, Command},
    connect,
    failure::{Exit, Failure},
    output::Output,
};

pub(crate) async fn run(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    let client = connect::client(&cli.service)?;
    match cli.command {
        Command::Jobs { filter } => jobs::run(&client, output, filter.as_deref()).await,
        Command::Run { job, no_wait, wait } => run::run(&client, output, &job, no_wait, &wait).await,
        Command::Follow { job, trigger_id, wait } => {
            follow::run(&client, output, &job, trigger_id, &wait).await
        }
        Command::Status { job } => status::run(&client, output, &job).await,
        Command::Logs { job, trigger_id, severity } => {
            logs::run(&client, output, &job, trigger_id, severity).await
        }
        Command::Cancel { job } => cancel::run(&client, output, &job).await,
    }
}

/// The status code of a status, for a person.
fn status_words(status: &JobStatus) -> String {
    match status.status {
        JobStatusCode::Unknown(_) => {
            format!("{} {}", status.status, status.message.as_deref().unwrap_or_default())
        }
        code => code.to_string(),
    }
}

async fn status_of(client: &Client, job: txjobs_sdk::types::JobId) -> Result<JobStatus, Failure> {
    let answer = client.get_job_status().job_id(job).send().await;
    Ok(answer.map_err(|e| Trouble::from_client(&paths::GET_JOB_STATUS, e))?.into_inner())
}
