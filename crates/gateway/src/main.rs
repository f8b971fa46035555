//! `txjobs-gateway`: see the library of the same name.

use std::process::ExitCode;

use txjobs_gateway::commands::{self, Cli};
use txjobs_gateway::{database_argument, process, secrets};

fn main() -> ExitCode {
    let cli = Cli::from_arguments();
    let log_format = cli.log_format();
    let database = cli.served_database();
    let prepare = || match database {
        Some(database) => secrets::hide(|command| database_argument::pass_through_pipe(command, &database)),
        None => Ok(()),
    };
    // The logs of runs say what kube logs about their requests.
    process::run("warn,kube_client=off,txjobs_gateway=info", log_format, prepare, commands::run(cli))
}
