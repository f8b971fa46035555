//! A file for each command.

mod cancel;
mod follow;
mod jobs;
mod logs;
mod run;
mod status;

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
