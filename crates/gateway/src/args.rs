//! Command-line arguments that several programs and commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use txjobs_sdk::paths;
use txjobs_store::parse_database_path;

use crate::listen::Listen;

/// The default configuration file.
pub const DEFAULT_CONFIG: &str = "gateway.toml";

/// The configuration file.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file with the organizations and their jobs
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// The configuration file and the database.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The SQLite database. It is created if it does not exist
    #[arg(long, value_name = "FILE", default_value = "txjobs-gateway.db", value_parser = parse_database_path)]
    pub database: PathBuf,
}

/// The arguments of a server.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The address to serve, like 8400 or localhost:8400 for this machine only, or 0.0.0.0:8400. Port 0 chooses a free port;
    /// the first line of output contains it
    #[arg(long, value_name = "ADDRESS:PORT", default_value = default_address())]
    pub listen: Listen,
    /// The folder with the console's files, which are served at /
    #[arg(long, value_name = "DIR")]
    pub console: Option<PathBuf>,
    /// Create a key for the first organization, print it, and give it to the console. It is valid until the server ends.
    /// Every client that reaches the address gets it, so this is for loopback addresses only
    #[arg(long)]
    pub demo: bool,
    /// The most jobs that run at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrency: u16,
    #[command(flatten)]
    pub connections: ConnectionArgs,
}

/// The limits of connections.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Connections")]
pub struct ConnectionArgs {
    /// The most connections that are served at the same time; fewer if the limit of open files (ulimit -n) is too low. With
    /// more, idle connections are closed, then new ones wait
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// The longest time for the head of a request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_timeout)]
    pub header_timeout: Duration,
    /// The longest time for the body of a request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_timeout)]
    pub body_timeout: Duration,
    /// The longest time between two requests on a connection
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = parse_timeout)]
    pub idle_timeout: Duration,
    /// The longest time in which a client reads nothing of its response
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_timeout)]
    pub write_timeout: Duration,
}

/// The commands for API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// Create a key and print it once
    Create(KeyArgs),
    /// List the keys with their organizations, names and times of creation, without the keys themselves
    List(DatabaseArgs),
    /// Revoke a key immediately
    Revoke(KeyArgs),
}

/// An API key by its name.
#[derive(Clone, Debug, Args)]
pub struct KeyArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The organization's name, as in the configuration
    #[arg(long, value_name = "NAME")]
    pub organization: String,
    /// The key's name, unique in its organization
    #[arg(long, value_name = "LABEL")]
    pub name: String,
}

fn default_address() -> &'static str {
    paths::LOCAL_GATEWAY_URL.trim_start_matches("http://")
}

/// Parses a timeout, which must be longer than zero.
fn parse_timeout(text: &str) -> Result<Duration, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_address_is_loopback() {
        let address: std::net::SocketAddr = default_address().parse().unwrap();
        assert!(address.ip().is_loopback());
    }

    #[test]
    fn timeout_of_zero_is_refused() {
        let parse = |text| parse_timeout(text).map(|time| time.as_millis());
        assert_eq!([parse("90"), parse("1m30s"), parse("500ms")], [Ok(90_000), Ok(90_000), Ok(500)]);
        for text in ["", "0", "0s", "-1", "ten", "10 parsecs"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
