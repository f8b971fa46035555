//! The command line of the emulator.

use anyhow::Result;
use clap::{Parser, Subcommand};
use txjobs_gateway::args::{ConfigArgs, KeysCommand};
use txjobs_gateway::commands::{check, keys};
use txjobs_gateway::config;

use crate::history::{self, SeedArgs};
use crate::script::EmulatorJob;
use crate::serve::{self, EmulatorArgs};
use crate::token;

const EXAMPLE: &str = "\
Example:
  txjobs-emulator serve --listen 127.0.0.1:8400

  curl -X POST -H 'Authorization: Bearer txa_...' -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:8400/admin/seed
  curl -H 'apiKey: txg_...' http://127.0.0.1:8400/public/jobs

RUST_LOG sets what is logged on standard error, for instance RUST_LOG=info,txjobs_emulator=debug.";

/// Emulates servers of the TimeXtender Jobs API, for test suites
#[derive(Debug, Parser)]
#[command(name = "txjobs-emulator", version, after_help = EXAMPLE)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the admin API, until Ctrl-C
    ///
    /// Without a configuration the emulator has the organizations that are created by `POST /admin/seed`.
    #[command(after_help = "\
The first line on standard output is `listening on http://ADDRESS:PORT`; with --demo the next one is `demo key: KEY`. The last
one is `admin token: TOKEN`. The token is generated, or taken from TXJOBS_ADMIN_TOKEN.
The log goes to standard error. Ctrl-C ends the running jobs and then the emulator; a second Ctrl-C kills them.
Durations are written like 500ms, 10s, 1m30s, or 90 (seconds).")]
    Serve(EmulatorArgs),
    /// Create, list, expire, and revoke API keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write a history of past runs for every script job
    Seed(SeedArgs),
    /// Check the configuration and list its jobs
    Check(ConfigArgs),
}

/// Prepares the process that replaces this one, so that its environment has no secrets.
pub type SecretsPreparation = fn(&mut std::process::Command) -> Result<()>;

impl Cli {
    /// Returns how secrets are passed on, if the command hides them.
    pub fn secrets_preparation(&self) -> Option<SecretsPreparation> {
        match &self.command {
            Command::Serve(arguments) if arguments.admin_token_stdin => Some(|_| Ok(())),
            Command::Serve(_) => Some(token::pass_through_pipe),
            _ => None,
        }
    }
}

/// Runs the command.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(cli: Cli) -> Result<()> {
    let load = config::load::<EmulatorJob>;
    match cli.command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Keys(command) => keys::run(command, "txjobs-emulator", load).await,
        Command::Seed(arguments) => history::run(arguments).await,
        Command::Check(arguments) => check::run(&load(&arguments.config)?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
