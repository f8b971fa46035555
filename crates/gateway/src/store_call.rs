//! A limit for calls of the store. A network can hang without an error.

use std::time::Duration;

use tokio::time::timeout;
use txjobs_store::{ErrorKind, Result};

/// Waits for a call of the store, but not longer than `limit`. What it has begun may still be committed.
///
/// # Errors
///
/// Fails as the call does, and with [`ErrorKind::Unreachable`] after `limit`.
pub(crate) async fn within<T>(limit: Duration, call: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(limit, call).await.unwrap_or_else(|_| Err(ErrorKind::Unreachable.into()))
}
