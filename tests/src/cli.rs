//! The command line, as a shell runs it.

use std::process::{Command, Output, Stdio};

use crate::{gateway::Gateway, program};

/// The key that [`txjobs_at`] sets.
pub const ANY_KEY: &str = "any-key-0123456789";

/// `txjobs` against `gateway`, with its key in the environment and nothing else of ours.
#[must_use]
pub fn txjobs(gateway: &Gateway, arguments: &[&str]) -> Command {
    let mut command = txjobs_at(gateway.address(), arguments);
    command.env("TXJOBS_API_KEY", gateway.key());
    command
}

/// Returns the same command for a server that accepts any key.
#[must_use]
pub fn txjobs_at(address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("txjobs"));
    command.args(arguments).stdin(Stdio::null());
    command.env("TXJOBS_DOMAIN", address).env("TXJOBS_API_KEY", ANY_KEY);
    command.env_remove("TXJOBS_KEY_HEADER");
    command
}

/// What came of a command: its exit code, standard output and standard error.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a command to its end.
#[must_use]
pub fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}
