//! The command line.

mod check;
mod keys;
mod listen;
mod secrets;
mod seed;
mod serve;
mod signals;

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use txjobs_sdk::paths;

use crate::clock::Clock;
use crate::config::{self, Config};
use listen::Listen;
use txjobs_store::{DatabaseContent, DatabaseLock, Store, inspect, parse_database_path};

/// The configuration, unless another one is named.
const CONFIG: &str = "gateway.toml";

const EXAMPLE: &str = "\
Example:
  txjobs-gateway check --config gateway.toml
  txjobs-gateway keys create --organization Contoso --name laptop
  txjobs-gateway serve --config gateway.toml --console ./console

  curl -H 'apiKey: txg_...' http://127.0.0.1:8400/public/jobs

RUST_LOG sets what is logged on standard error, for instance RUST_LOG=info,txjobs_gateway=debug.";

/// The TimeXtender Jobs API on your own machine: the same paths and bodies, running what gateway.toml declares.
#[derive(Debug, Parser)]
#[command(name = "txjobs-gateway", version, after_help = EXAMPLE)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and run the jobs, until Ctrl-C
    Serve(Serve),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Keys(Keys),
    /// Write a history of past runs of every script job, for a demo
    Seed(Seed),
    /// Check the configuration and list what it would run
    Check(ConfigFile),
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// Which jobs there are, and whose
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
}

#[derive(Debug, Args)]
struct Place {
    #[command(flatten)]
    config: ConfigFile,
    /// Where everything is kept: a SQLite file, made if there is none
    #[arg(long, value_name = "FILE", default_value = "txjobs-gateway.db", value_parser = parse_database_path)]
    database: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The first line on standard output is `listening on http://ADDRESS:PORT`; with --demo the next is `demo key: KEY`, and with
--admin the last is `admin token: TOKEN`.
The log goes to standard error. Ctrl-C ends what runs and then the gateway; a second Ctrl-C does not wait.
Durations are written like 500ms, 10s, 1m30s or 90 (seconds).")]
struct Serve {
    #[command(flatten)]
    place: Place,
    /// The address to serve, like 8400 or localhost:8400 for this machine only, or 0.0.0.0:8400. Port 0 chooses a free port;
    /// the first line of output names it
    #[arg(long, value_name = "ADDRESS:PORT", default_value = local_gateway())]
    listen: Listen,
    /// A folder with the console's files, to be served at /
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
    /// Make a key for the first organization, print it, and offer it to the console. It is valid until this gateway ends.
    /// Every client that reaches the address gets it, so this is for loopback addresses only
    #[arg(long)]
    demo: bool,
    /// Serve /admin as well: seed, wind the clock forward, make faults, ask what clients asked. Its token is printed,
    /// or taken from TXJOBS_ADMIN_TOKEN
    #[arg(long)]
    admin: bool,
    /// Read the token of /admin from standard input, up to its end
    #[arg(long, requires = "admin")]
    admin_token_stdin: bool,
    /// Let others than this machine ask /admin
    #[arg(long, requires = "admin")]
    admin_remote: bool,
    /// How many jobs may run at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    #[command(flatten)]
    connections: Connections,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
struct Connections {
    /// How many connections are served at the same time; fewer if the limit of open files (ulimit -n) is too low. With more,
    /// idle connections are closed, then new ones wait
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// The longest time for the head of a request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = timeout)]
    header_timeout: Duration,
    /// The longest time for the body of a request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = timeout)]
    body_timeout: Duration,
    /// The longest time between two requests on a connection
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = timeout)]
    idle_timeout: Duration,
    /// The longest time in which a client reads nothing of its answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    write_timeout: Duration,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a key and print it, once
    Create(NewKey),
    /// List the keys: whose, which name, made when; never a key
    List(Place),
    /// Make a key useless, at once
    Revoke(NewKey),
}

#[derive(Debug, Args)]
struct NewKey {
    #[command(flatten)]
    place: Place,
    /// The organization's name, as in the configuration
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The key's name, to tell an organization's keys apart
    #[arg(long, value_name = "LABEL")]
    name: String,
}

#[derive(Debug, Args)]
struct Seed {
    #[command(flatten)]
    place: Place,
    /// How many days the history goes back
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
    /// The same number makes the same history
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    number: u64,
}

impl Cli {
    /// Replaces the process by one whose environment has no secrets, where child processes could read them. Call this
    /// before anything else.
    ///
    /// # Errors
    ///
    /// Fails if the system cannot start the program again.
    pub fn hide_secrets(&self) -> Result<()> {
        match &self.command {
            Command::Serve(serve) => secrets::hide(serve.admin && !serve.admin_token_stdin),
            _ => Ok(()),
        }
    }
}

/// Does what the command line says.
///
/// # Errors
///
/// What went wrong, in a sentence that says what to do.
pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Keys(Keys::Create(arguments)) => keys::create(arguments).await,
        Command::Keys(Keys::List(place)) => keys::list(place).await,
        Command::Keys(Keys::Revoke(arguments)) => keys::revoke(arguments).await,
        Command::Seed(arguments) => seed::run(arguments).await,
        Command::Check(file) => check::run(&file),
    }
}

impl Place {
    /// Reads the configuration. It `may_be_empty` for a gateway that can be seeded, unless a file is named.
    fn load_config(&self, may_be_empty: bool) -> Result<Config> {
        let path = &self.config.config;
        let is_left_out = may_be_empty && path == Path::new(CONFIG) && !path.exists();
        if is_left_out { Ok(Config::empty()) } else { config::load(path) }
    }

    /// Opens the configuration and the store, for the only process that runs or changes its jobs.
    async fn open_exclusive(&self, may_be_empty: bool) -> Result<(Config, Store, DatabaseLock)> {
        let config = self.load_config(may_be_empty)?;
        let lock = DatabaseLock::acquire(&self.database).await?;
        let store = Store::open(&self.database).await?;
        Ok((config, store, lock))
    }

    /// Opens the store for a command that may be used while a gateway uses it. Changes no jobs, and no tables that a gateway
    /// of an earlier version uses.
    async fn open_store(&self) -> Result<Store> {
        let _lock = match inspect(&self.database).await? {
            DatabaseContent::Current => None,
            DatabaseContent::Empty | DatabaseContent::Outdated => {
                Some(DatabaseLock::acquire(&self.database).await?)
            }
        };
        Ok(Store::open(&self.database).await?)
    }
}

/// Writes lines to standard output. A closed pipe is no error.
fn print(lines: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("The output could not be written")
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error. Ignores failures, because there is no place to report them.
fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn local_gateway() -> &'static str {
    paths::LOCAL_GATEWAY_URL.trim_start_matches("http://")
}

/// Parses a time-out, which must be longer than zero.
fn timeout(text: &str) -> Result<Duration, String> {
    let time = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string())?,
    };
    if time.is_zero() {
        Err("write a duration longer than zero, like 500ms, 10s or 2m".to_owned())
    } else {
        Ok(time)
    }
}

fn clock() -> Clock {
    Clock::system()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
        let listen: std::net::SocketAddr = super::local_gateway().parse().unwrap();
        assert!(listen.ip().is_loopback());
    }

    #[test]
    fn timeout_of_zero_is_refused() {
        let read = |text| super::timeout(text).map(|time| time.as_millis());
        assert_eq!([read("90"), read("1m30s"), read("500ms")], [Ok(90_000), Ok(90_000), Ok(500)]);
        for text in ["", "0", "0s", "-1", "ten", "10 parsecs"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
