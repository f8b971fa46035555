//! The command line of the gateway.

pub mod backup;
pub mod check;
pub mod keys;
pub mod migrate;
pub mod nodes;
pub mod notify;
pub mod run;
pub mod schema;

use std::sync::Arc;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use txjobs_store::Database;

use crate::args::{
    BackupArgs, ConfigArgs, DatabaseArgs, KeysCommand, NotifyCommand, RestoreArgs, RunArgs, ServeArgs,
    StoreArgs,
};
use crate::clock::SystemClock;
use crate::config::{self, GatewayJob};
use crate::database;
use crate::database_argument::VARIABLE;
use crate::http_server::HttpServer;
use crate::logging::LogFormat;
use crate::reload::{ConfigSource, DeclaredJobs};
use crate::serve::{Server, ServerParts};
use crate::server;

const EXAMPLE: &str = "\
Examples:
  txjobs-gateway check --config gateway.toml
  txjobs-gateway keys create --organization Contoso --name laptop
  txjobs-gateway serve --config gateway.toml --console ./console

  curl -H 'apiKey: txg_...' http://127.0.0.1:8400/public/jobs

RUST_LOG sets what is logged on standard error, for instance RUST_LOG=info,txjobs_gateway=debug.";

/// Serves the TimeXtender Jobs API on your own machine and runs the jobs that gateway.toml declares
#[derive(Debug, Parser)]
#[command(name = "txjobs-gateway", version, after_help = EXAMPLE)]
pub struct Cli {
    /// How the log on standard error is written: text, or json with an object on each line
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, global = true)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and run the jobs, until Ctrl-C
    #[command(after_help = "\
The first line on standard output is `listening on http://ADDRESS:PORT`, or https:// with a certificate; with --demo the next one is `demo key: KEY`.
The log goes to standard error. Ctrl-C ends the running jobs and then the gateway; a second Ctrl-C kills them.
Durations are written like 500ms, 10s, 1m30s, or 90 (seconds).")]
    Serve(ServeArgs),
    /// Run jobs as a further node of a PostgreSQL database, without serving the API
    Run(RunArgs),
    /// Create, list, expire, and revoke API keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// List the nodes of the database: id, name, version, start, last heartbeat, runs, and labels
    Nodes(DatabaseArgs),
    /// Test the channels that send messages about runs
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Create or upgrade the tables of the database. `serve` does it itself, except for an upgrade of PostgreSQL
    Migrate(StoreArgs),
    /// Copy a SQLite database into a new file, also while a gateway uses it
    Backup(BackupArgs),
    /// Restore a SQLite database from a backup. Stop its gateway first
    Restore(RestoreArgs),
    /// Check the configuration, list its jobs and channels, and name those that cannot start or send on this machine
    Check(ConfigArgs),
    /// Print the JSON Schema of the configuration, for editors
    Schema,
}

impl Cli {
    /// Parses the arguments of the process. The variable `TXJOBS_DATABASE` names the database if they do not.
    pub fn from_arguments() -> Self {
        let matches = with_variables(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Returns how the log is written.
    pub fn log_format(&self) -> LogFormat {
        self.log_format
    }

    /// Returns the database of a command that runs jobs.
    pub fn served_database(&self) -> Option<Database> {
        match &self.command {
            Command::Serve(arguments) => Some(arguments.database.store.database.clone()),
            Command::Run(arguments) => Some(arguments.database.store.database.clone()),
            _ => None,
        }
    }
}

/// Adds the variables to the arguments of all commands. The emulator shares the arguments and has its own variables.
fn with_variables(command: clap::Command) -> clap::Command {
    let has_database = command.get_arguments().any(|argument| argument.get_id() == "database");
    let command = match has_database {
        true => command.mut_arg("database", |argument| argument.env(VARIABLE).hide_env_values(true)),
        false => command,
    };
    command.mut_subcommands(with_variables)
}

/// Runs the command.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(cli: Cli) -> Result<()> {
    let load = config::load::<GatewayJob>;
    match cli.command {
        Command::Serve(arguments) => {
            let http = HttpServer::bind(&arguments).await?;
            let source = ConfigSource::new::<GatewayJob>(arguments.database.config.config.clone());
            let config = source.load()?;
            let server = Server::open(arguments, http, config, database::open_exclusive).await?;
            if server.config.relay.is_some() {
                return server.run_relay(Arc::new(SystemClock::new()), source).await;
            }
            let jobs = DeclaredJobs::new(&server.config);
            let parts = ServerParts::new(SystemClock::new(), jobs.clone(), server::router);
            server.run(parts.with_reload(source, jobs)).await
        }
        Command::Run(arguments) => {
            let source = ConfigSource::new::<GatewayJob>(arguments.database.config.config.clone());
            run::run(arguments, source, SystemClock::new()).await
        }
        Command::Keys(command) => keys::run(command, "txjobs-gateway", load).await,
        Command::Nodes(arguments) => nodes::run(&arguments, || load(&arguments.config.config)).await,
        Command::Notify(NotifyCommand::Test(arguments)) => {
            notify::test(&load(&arguments.config.config)?, arguments.name.as_deref()).await
        }
        Command::Migrate(arguments) => migrate::run(&arguments.database).await,
        Command::Backup(arguments) => backup::back_up(&arguments).await,
        Command::Restore(arguments) => backup::restore(&arguments).await,
        Command::Check(arguments) => check::run(&load(&arguments.config)?),
        Command::Schema => schema::run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_is_consistent() {
        with_variables(Cli::command()).debug_assert();
    }
}
