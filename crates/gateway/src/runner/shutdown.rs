//! The two stages of a shutdown.

use tokio_util::sync::CancellationToken;

/// Requests to shut down.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Starts no new runs, and ends the running ones with their grace period.
    pub graceful: CancellationToken,
    /// Kills the running ones.
    pub immediate: CancellationToken,
}
