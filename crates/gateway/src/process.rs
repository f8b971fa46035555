//! The start and the end of the process.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use crate::logging::{LogFormat, Logging};
use crate::telemetry::Traces;

/// The longest wait for the log to be written, and for a system call that does not return.
const MAX_EXIT_WAIT: Duration = Duration::from_secs(2);

/// Runs a program with a runtime and a log, and returns its exit code. `log_filter` is used if `RUST_LOG` is not set.
///
/// `prepare` runs first, before any thread is started.
pub fn run(
    log_filter: &str,
    log_format: LogFormat,
    prepare: impl FnOnce() -> Result<()>,
    program: impl Future<Output = Result<()>>,
) -> ExitCode {
    let prepared = prepare();
    let traces = Traces::start();
    let logging = Logging::start(log_filter, log_format, &traces);
    let (Ok(logging), Ok(runtime)) = (logging, tokio::runtime::Runtime::new()) else {
        // The logging thread does not exist, so that the error cannot be written.
        return ExitCode::FAILURE;
    };
    let result = prepared.and_then(|()| runtime.block_on(program));
    runtime.shutdown_timeout(MAX_EXIT_WAIT);
    traces.shut_down();
    if let Err(error) = &result {
        logging.write_line(&format!("{error:#}"));
    }
    logging.flush(MAX_EXIT_WAIT);
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
