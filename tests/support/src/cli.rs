//! The command line `txjobs`, as a shell runs it.

use std::process::{Command, Stdio};

use crate::command_output::CommandOutput;
use crate::program::program;
use crate::test_server::TestServer;

/// The key that [`txjobs_command_for`] sets.
pub const ANY_KEY: &str = "any-key-0123456789";

/// Returns a command of `txjobs` with the address and the key of a server in its environment.
#[must_use]
pub fn txjobs_command(server: &TestServer, arguments: &[&str]) -> Command {
    let mut command = txjobs_command_for(server.address(), arguments);
    command.env("TXJOBS_API_KEY", server.key());
    command
}

/// Returns a command of `txjobs` for a server that accepts any key.
#[must_use]
pub fn txjobs_command_for(address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("txjobs"));
    command.args(arguments).stdin(Stdio::null());
    command.env("TXJOBS_DOMAIN", address).env("TXJOBS_API_KEY", ANY_KEY);
    command.env_remove("TXJOBS_KEY_HEADER");
    command
}

/// Runs `txjobs` with a server to its end.
#[must_use]
pub fn run_txjobs(server: &TestServer, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut txjobs_command(server, arguments))
}
