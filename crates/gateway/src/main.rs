//! `txjobs-gateway`: see the library of the same name.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use txjobs_gateway::commands::{self, Cli};
use txjobs_gateway::logging::Logging;

// The longest wait for the last lines to be read, and for a system call that does not return.
const MAX_EXIT_WAIT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before any thread starts: the program may replace itself here.
    let hidden = cli.hide_secrets();
    let (Ok(logging), Ok(runtime)) = (Logging::start(), tokio::runtime::Runtime::new()) else {
        // The logging thread does not exist.
        return ExitCode::FAILURE;
    };
    let result = hidden.and_then(|()| runtime.block_on(commands::run(cli)));
    runtime.shutdown_timeout(MAX_EXIT_WAIT);
    if let Err(error) = &result {
        logging.line(&format!("{error:#}"));
    }
    logging.flush(MAX_EXIT_WAIT);
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
