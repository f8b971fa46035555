//! Command-line arguments that several programs and commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use txjobs_sdk::paths;
use txjobs_store::{Database, Scope};

use crate::clock::Micros;
use crate::database_argument;
use crate::expiry::{Expiry, parse_date, parse_expiry, parse_validity};
use crate::listen::Listen;
use crate::node::{NodeOptions, parse_label};

/// The default configuration file.
pub const DEFAULT_CONFIG: &str = "gateway.toml";

/// The configuration file.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file with the organizations and their jobs
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// The commands about notifications.
#[derive(Clone, Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send a test message through each channel, and print the response of each server
    Test(NotifyTestArgs),
}

/// The arguments of a test of notifications.
#[derive(Clone, Debug, Args)]
pub struct NotifyTestArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The name of the channel; by default all channels are tested
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// The configuration file and the database.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// The database.
#[derive(Clone, Debug, Args)]
pub struct StoreArgs {
    /// The database: a SQLite file, which is created if it does not exist, or postgres://USER@HOST/NAME, which several nodes can
    /// share. A hyphen reads it from standard input, so that a password is in no list of processes
    #[arg(long, value_name = "DATABASE", default_value = "txjobs-gateway.db", value_parser = database_argument::parse)]
    pub database: Database,
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
    /// Serve the API only; other nodes of the database run the jobs
    #[arg(long)]
    pub no_runner: bool,
    #[command(flatten)]
    pub metrics: MetricsArgs,
    #[command(flatten)]
    pub node: NodeArgs,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub connections: ConnectionArgs,
}

/// The arguments of a node that only runs jobs.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,
    #[command(flatten)]
    pub node: NodeArgs,
}

/// The metrics.
#[derive(Clone, Debug, Args)]
pub struct MetricsArgs {
    /// The address that serves metrics for Prometheus at /metrics, like 9400 or localhost:9400; by default none. They need no
    /// key. A later line of output contains the address
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<Listen>,
}

/// The certificate of a server.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// The certificate of the server in PEM, followed by the intermediate ones; with it, the server uses HTTPS. It is read again
    /// when the file changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate in PEM, not encrypted
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// Returns the files of the certificate and the key, if the server uses HTTPS.
    pub fn files(&self) -> Option<(PathBuf, PathBuf)> {
        Some((self.tls_certificate.clone()?, self.tls_key.clone()?))
    }
}

/// The properties of a node.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Node")]
pub struct NodeArgs {
    /// The most jobs that run at the same time on this node
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrency: u16,
    /// The name of this node in lists and logs; by default the name of the machine
    #[arg(long, value_name = "NAME", value_parser = parse_node_name)]
    pub node_name: Option<String>,
    /// A label of this node; it runs the jobs whose runs_on has only labels of this node. Repeat it for several
    #[arg(long = "label", value_name = "LABEL", value_parser = parse_label)]
    pub labels: Vec<String>,
}

impl NodeArgs {
    /// Returns the options of the node.
    pub fn options(&self) -> NodeOptions {
        NodeOptions {
            name: self.node_name.clone(),
            labels: self.labels.clone(),
            concurrency: self.concurrency,
        }
    }
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
    Create(CreateKeyArgs),
    /// List the keys: organization, name, creation, scopes, expiry, last use, and state, without the keys themselves
    List(DatabaseArgs),
    /// Change when a key expires
    Expire(ExpireKeyArgs),
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

/// A new API key.
#[derive(Clone, Debug, Args)]
pub struct CreateKeyArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    /// What the key allows: read (list jobs, read statuses and logs), run (execute jobs), or cancel. Repeat it, or separate
    /// scopes by commas; by default the key allows everything
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope_parser(), value_delimiter = ',')]
    pub scopes: Vec<Scope>,
    /// When the key expires: a duration like 90d, a date like 2027-01-31, which means its start in UTC, or a time like
    /// 2027-01-31T18:00:00Z; by default never
    #[arg(long, value_name = "TIME", value_parser = parse_expiry)]
    pub expires: Option<Expiry>,
}

/// A key that expires at another time.
#[derive(Clone, Debug, Args)]
pub struct ExpireKeyArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    #[command(flatten)]
    pub expiry: ExpiryArgs,
}

/// When a key expires.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ExpiryArgs {
    /// It expires after this time, like 7d or 12h
    #[arg(long = "in", value_name = "TIME", value_parser = parse_validity)]
    pub validity: Option<Duration>,
    /// It expires at the start of this date in UTC, like 2027-01-31, or at a time, like 2027-01-31T18:00:00Z
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub at: Option<Micros>,
    /// It expires immediately
    #[arg(long)]
    pub now: bool,
    /// It does not expire
    #[arg(long)]
    pub never: bool,
}

/// A backup of the database.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub database: StoreArgs,
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A database that is restored from a backup.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    pub database: StoreArgs,
    /// A file that `backup` has written
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace a database that has content, and keep it beside the restored one
    #[arg(long)]
    pub force: bool,
}

/// Returns the parser of scopes, which lists their names in an error.
fn scope_parser() -> impl TypedValueParser<Value = Scope> {
    let names = PossibleValuesParser::new(Scope::ALL.map(Scope::name));
    names.try_map(|name| Scope::ALL.into_iter().find(|scope| scope.name() == name).ok_or("unknown scope"))
}

/// Parses the name of a node.
fn parse_node_name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the name is empty".to_owned()),
        name if name.chars().any(char::is_control) => Err("a name has no control characters".to_owned()),
        name => Ok(name.to_owned()),
    }
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
