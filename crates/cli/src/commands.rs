//! The commands, one file each.

mod cancel;
mod doctor;
mod follow;
mod jobs;
mod logs;
mod run;
mod status;

use crate::{
    args::{Cli, Command},
    failure::{Exit, Failure},
    output::Output,
    session::Session,
    signals::InterruptionMessage,
};

pub(crate) async fn run(
    cli: Cli,
    output: &mut Output,
    interruption_message: &InterruptionMessage,
) -> Result<Exit, Failure> {
    if let Command::Doctor(arguments) = &cli.command {
        return doctor::run(&cli.server, output, arguments).await;
    }
    let session = &Session::open(&cli.server, interruption_message).await?;
    if let Some(warning) = session.client.cleartext_key_warning() {
        output.write_note(&format!("warning: {warning}"));
    }
    match cli.command {
        Command::Jobs { filter } => jobs::run(session, output, filter.as_deref()).await,
        Command::Run { job, no_wait, wait } => run::run(session, output, &job, no_wait, &wait).await,
        Command::Follow { job, trigger_id, wait } => {
            follow::run(session, output, &job, trigger_id, &wait).await
        }
        Command::Status { job } => status::run(session, output, &job).await,
        Command::Logs { job, trigger_id, severity } => {
            logs::run(session, output, &job, trigger_id, severity).await
        }
        Command::Cancel { job } => cancel::run(session, output, &job).await,
        Command::Doctor(_) => unreachable!("it needs no session"),
    }
}
