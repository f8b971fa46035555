//! The commands, one file each.

mod api;
mod cancel;
mod completions;
mod doctor;
mod follow;
mod history;
mod jobs;
mod login;
mod logs;
mod man;
mod mcp;
mod open;
mod profile;
mod run;
mod status;
mod watch;

use crate::{
    args::{Cli, Command},
    exit::Exit,
    failure::Failure,
    output::Output,
    session::Session,
    settings::KeyInput,
    signals::InterruptionMessage,
};

pub(crate) async fn run(
    cli: Cli,
    output: &mut Output,
    interruption_message: &InterruptionMessage,
) -> Result<Exit, Failure> {
    let Cli { command, server, .. } = cli;
    // These commands need no server.
    let command = match command {
        Command::Completions { shell } => return completions::run(output, shell),
        Command::Man { folder } => return man::run(output, folder.as_deref()),
        Command::Profile { command } => return profile::run(output, &server, command).await,
        Command::Login { key_store, console, no_check } => {
            return login::run(output, &server, key_store, console, !no_check).await;
        }
        Command::Doctor(arguments) => return doctor::run(&server, output, &arguments).await,
        command => command,
    };
    let key_input = match command {
        Command::Mcp { .. } if server.key_stdin => {
            return Err(Failure::Usage(
                "The key cannot be read from standard input, which carries the protocol. Store it with `txjobs login`, or set \
                 TXJOBS_API_KEY."
                    .to_owned(),
            ));
        }
        Command::Mcp { .. } => KeyInput::None,
        _ => server.key_input(),
    };
    let opened = Session::open(&server, key_input, output, interruption_message.clone()).await?;
    let session = &opened;
    match command {
        Command::Jobs { filter } => jobs::run(session, output, filter.as_deref()).await,
        Command::Run(arguments) => run::run(session, output, arguments).await,
        Command::Follow { job, run, wait } => follow::run(session, output, &job, run, &wait).await,
        Command::Status { jobs, watch } => status::run(session, output, &jobs, watch).await,
        Command::History { job, limit, no_counts } => {
            history::run(session, output, &job, limit as usize, !no_counts).await
        }
        Command::Logs(arguments) => logs::run(session, output, &arguments).await,
        Command::Cancel { job, yes } => cancel::run(session, output, &job, yes).await,
        Command::Watch(arguments) => watch::run(session, output, arguments).await,
        Command::Api { operation, parameters, include } => {
            api::run(session, output, &operation, &parameters, include).await
        }
        Command::Open { job, trigger_id, print } => {
            open::run(session, output, job.as_deref(), trigger_id, print).await
        }
        Command::Mcp { allow_run } => mcp::run(opened, output, allow_run).await,
        Command::Completions { .. }
        | Command::Doctor(_)
        | Command::Man { .. }
        | Command::Profile { .. }
        | Command::Login { .. } => {
            unreachable!("these commands have ended")
        }
    }
}
