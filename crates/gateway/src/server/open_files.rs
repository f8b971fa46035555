//! How many files the process may have open, and how many of them connections may take.

use anyhow::{Result, ensure};

/// The store's files and connections, the log, the runtime, and what is opened for a moment.
const RESERVED: u64 = 64;
/// The pipes of a run, what starting its process takes, and what looking for its processes takes.
const PER_RUN: u64 = 12;
/// A connection, and the file that it may be sent.
const PER_CONNECTION: u64 = 2;
/// Fewer connections are not worth serving.
const MIN_CONNECTIONS: u64 = 16;

/// How many connections may be served at the same time: at most `wanted`, and so few that the store and `concurrency` runs
/// always have files left. Raises the process's limit as far as that needs and as the system allows.
///
/// # Errors
///
/// The limit leaves no room for connections.
pub fn max_connections(wanted: u32, concurrency: u16) -> Result<usize> {
    let reserved = RESERVED + PER_RUN * u64::from(concurrency);
    let limit = raise_limit(reserved + PER_CONNECTION * u64::from(wanted));
    let allowed = connections_within(limit, reserved, wanted);
    ensure!(
        allowed >= MIN_CONNECTIONS.min(wanted.into()),
        "This process may have {limit} files open (ulimit -n), which leaves no room for connections beside the store and \
         {concurrency} runs. Raise that limit, or lower --concurrency."
    );
    if allowed < u64::from(wanted) {
        tracing::warn!(
            "{allowed} connections are served at the same time and not {wanted}: this process may have {limit} files open \
             (ulimit -n), and the store and the runs need their share"
        );
    }
    Ok(usize::try_from(allowed).unwrap_or(usize::MAX))
}

fn connections_within(limit: u64, reserved: u64, wanted: u32) -> u64 {
    (limit.saturating_sub(reserved) / PER_CONNECTION).min(wanted.into())
}

/// Raises the soft limit of open files to what is needed, and returns the limit in force. Not further: some programs close
/// every file up to the limit when they start, and what the runs start inherits it.
#[cfg(unix)]
fn raise_limit(needed: u64) -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return u64::MAX };
    let raised = needed.min(hard);
    if soft >= raised || setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_err() {
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
