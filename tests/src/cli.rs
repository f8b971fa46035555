//! Runs the command line client.

use std::process::{Command, Output, Stdio};

use crate::{gateway::Gateway, program};

/// The key that [`txjobs_at`] sets.
pub const ANY_KEY: &str = "any-key-0123456789";

/// Returns a `txjobs` command for `gateway`, with its address and key in the environment.
#[must_use]
pub fn txjobs(gateway: &Gateway, arguments: &[&str]) -> Command {
    let mut command = txjobs_at(gateway.address(), arguments);
    command.env("TXJOBS_API_KEY", gateway.key());
    command
}

/// Returns a `txjobs` command for a server at `address` that accepts any key.
#[must_use]
pub fn txjobs_at(address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("txjobs"));
    command.args(arguments).stdin(Stdio::null());
    command.env("TXJOBS_DOMAIN", address).env("TXJOBS_API_KEY", ANY_KEY);
    command.env_remove("TXJOBS_KEY_HEADER");
    command
}

/// The result of a finished command.
#[derive(Debug)]
pub struct CommandResult {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a command and waits for its end.
#[must_use]
pub fn run_command(command: &mut Command) -> CommandResult {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    CommandResult { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}
