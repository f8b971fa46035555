//! The command line `txjobs`, as a shell runs it.

use std::process::{Command, Stdio};

use crate::command_output::CommandOutput;
use crate::program::program;
use crate::test_server::TestServer;

/// The key that [`txjobs_command_for`] sets.
pub const ANY_KEY: &str = "any-key-0123456789";

/// A folder that cannot exist, so that there are no profiles.
const NO_FOLDER: &str = "/dev/null/txjobs";

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
    // Neither the profiles nor the CI system of the machine matter.
    for variable in [
        "TXJOBS_KEY_HEADER",
        "TXJOBS_PROFILE",
        "TXJOBS_CONSOLE",
        "CI",
        "GITHUB_ACTIONS",
        "TF_BUILD",
        "TEAMCITY_VERSION",
    ] {
        command.env_remove(variable);
    }
    command.env("TXJOBS_CONFIG_DIR", NO_FOLDER);
    command
}

/// Runs `txjobs` with a server to its end.
#[must_use]
pub fn run_txjobs(server: &TestServer, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut txjobs_command(server, arguments))
}
