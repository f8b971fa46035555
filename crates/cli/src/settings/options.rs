//! The options that select the server and the source of the key.

use clap::Args;
use txjobs_sdk::paths;

pub(crate) const DOMAIN_VARIABLE: &str = "TXJOBS_DOMAIN";
pub(crate) const KEY_HEADER_VARIABLE: &str = "TXJOBS_KEY_HEADER";
pub(crate) const PROFILE_VARIABLE: &str = "TXJOBS_PROFILE";
pub(crate) const CONSOLE_VARIABLE: &str = "TXJOBS_CONSOLE";

/// The server and the source of the API key.
///
/// clap does not read the environment variables, because it accepts an empty variable as a value.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerOptions {
    #[arg(long, global = true, value_name = "NAME", help = profile_help())]
    pub(crate) profile: Option<String>,

    #[arg(long, global = true, help = domain_help())]
    pub(crate) domain: Option<String>,

    #[arg(long, global = true, value_name = "NAME", help = key_header_help())]
    pub(crate) key_header: Option<String>,

    /// Read the API key from the first line of standard input.
    #[arg(long, global = true)]
    pub(crate) key_stdin: bool,

    /// Send the API key over plain http to another machine, where anyone on the network path can read it.
    #[arg(long, global = true)]
    pub(crate) insecure_http: bool,
}

/// What the user can enter on standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyInput {
    /// The key is the first line.
    FirstLine,
    /// The key is typed at a prompt if no other source has it.
    Prompt,
    /// No key, because standard input has another purpose.
    None,
}

impl ServerOptions {
    /// Returns what standard input has.
    pub(crate) fn key_input(&self) -> KeyInput {
        if self.key_stdin { KeyInput::FirstLine } else { KeyInput::Prompt }
    }
}

fn profile_help() -> String {
    format!("The profile to use, as created by `txjobs login` [env: {PROFILE_VARIABLE}]")
}

fn domain_help() -> String {
    format!(
        "The server: a host, or a URL with an optional port and path prefix. Without a scheme, https is used, or http for \
         this machine [env: {DOMAIN_VARIABLE}] [default: {}]",
        paths::LOCAL_GATEWAY_URL
    )
}

fn key_header_help() -> String {
    format!(
        "The request header that carries the API key [env: {KEY_HEADER_VARIABLE}] [default: {}]",
        paths::API_KEY_HEADER
    )
}
