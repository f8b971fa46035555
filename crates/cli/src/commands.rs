//! The commands, one file each.

mod cancel;
mod follow;
mod jobs;
mod logs;
mod mcp;
mod run;
mod status;

use crate::{
    api_key::KeyInput,
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
    let key_input = match cli.command {
        Command::Mcp { .. } if cli.server.key_stdin => {
            return Err(Failure::Usage(
                "The key cannot be read from standard input, which carries the protocol. Set TXJOBS_API_KEY instead of --key-stdin."
                    .to_owned(),
            ));
        }
        Command::Mcp { .. } => KeyInput::None,
        _ if cli.server.key_stdin => KeyInput::FirstLine,
        _ => KeyInput::Prompt,
    };
    // The tasks of `mcp` may live as long as the program.
    let interruption_message: &'static _ = Box::leak(Box::new(interruption_message.clone()));
    let opened = Session::open(&cli.server, key_input, interruption_message).await?;
    let session = &opened;
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
        Command::Mcp { allow_run } => mcp::run(opened, output, allow_run).await,
    }
}
