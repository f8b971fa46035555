//! The limit of open files, and how many connections it allows.

use anyhow::{Result, ensure};

/// Files of the store, the log and the runtime, and files that are open for a moment.
const RESERVED_FILES: u64 = 64;
/// Files of a run: its pipes, and files for starting it and for finding its processes.
const FILES_PER_RUN: u64 = 12;
/// Files of a connection: its socket, and the file that is sent.
const FILES_PER_CONNECTION: u64 = 2;
/// The fewest connections that are useful.
const MIN_CONNECTIONS: u64 = 16;

/// Returns the number of connections that may be served at the same time: at most `wanted`, and few enough that files are left for the store
/// and `concurrency` runs. Raises the process's limit as far as needed and allowed.
///
/// # Errors
///
/// Fails if the limit leaves no room for connections.
pub fn max_connections(wanted: u32, concurrency: u16) -> Result<usize> {
    let reserved = RESERVED_FILES + FILES_PER_RUN * u64::from(concurrency);
    let limit = raise_limit(reserved + FILES_PER_CONNECTION * u64::from(wanted));
    let allowed = connections_within(limit, reserved, wanted);
    ensure!(
        allowed >= MIN_CONNECTIONS.min(wanted.into()),
        "This process may have {limit} files open (ulimit -n), which leaves no room for connections beside the store and \
         {concurrency} runs. Raise that limit, or lower --concurrency."
    );
    if allowed < u64::from(wanted) {
        tracing::warn!(
            "{allowed} connections are served at the same time and not {wanted}: this process may have {limit} files open \
             (ulimit -n), and the others are reserved for the store and the runs"
        );
    }
    Ok(usize::try_from(allowed).unwrap_or(usize::MAX))
}

fn connections_within(limit: u64, reserved: u64, wanted: u32) -> u64 {
    (limit.saturating_sub(reserved) / FILES_PER_CONNECTION).min(wanted.into())
}

/// Raises the soft limit of open files to the needed number, and returns the new limit. Not further, because jobs inherit it and
/// some programs close every descriptor up to the limit when they start.
#[cfg(unix)]
fn raise_limit(needed: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Without a limit there is nothing to raise.
    let Some(soft) = current else { return u64::MAX };
    let raised = needed.min(maximum.unwrap_or(u64::MAX));
    let limit = Rlimit { current: Some(raised), maximum };
    if soft >= raised || setrlimit(Resource::Nofile, limit).is_err() {
        return soft;
    }
    raised
}

#[cfg(not(unix))]
fn raise_limit(_: u64) -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_store_and_the_runs() {
        assert_eq!(connections_within(1024, 128, 1000), 448);
        assert_eq!(connections_within(u64::MAX, 128, 1000), 1000);
        assert_eq!(connections_within(100, 128, 1000), 0);
    }
}
