//! Repeats writes of the store that fail.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use txjobs_store::ErrorKind;

/// The pause before a failed operation of the store is repeated.
pub(super) const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The longest time of a write. After that, it is repeated on another connection: a network can hang without an error.
const MAX_WRITE_TIME: Duration = Duration::from_secs(60);

/// Repeats a write until it succeeds, so that a full disk delays a run's end and does not lose it.
///
/// Returns `None` if the store still fails when `give_up` is canceled, or if the run no longer belongs to this node. Then the next
/// start of the gateway or another node ends the run.
pub(super) async fn retry_until_ok<T, F: Future<Output = txjobs_store::Result<T>>>(
    give_up: &CancellationToken,
    mut write: impl FnMut() -> F,
) -> Option<T> {
    loop {
        let written = timeout(MAX_WRITE_TIME, write()).await;
        match written.unwrap_or_else(|_| Err(ErrorKind::Busy.into())) {
            Ok(value) => return Some(value),
            Err(error) if error.kind() == ErrorKind::NotOwner => {
                tracing::error!("a run no longer belongs to this node; nothing more of it is written");
                return None;
            }
            Err(error) => tracing::error!("the store failed at a run's log; trying again: {error:#}"),
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_INTERVAL) => {}
            () = give_up.cancelled() => return None,
        }
    }
}
