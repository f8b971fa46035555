//! The output of commands.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

/// Writes lines to standard output. A closed pipe is not an error.
///
/// # Errors
///
/// Fails if the lines cannot be written.
pub fn print(lines: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("The output could not be written")
        }
        _ => Ok(()),
    }
}

/// Writes a message to standard error. Ignores failures, because there is no other place to report them.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
