//! Waits for conditions for which there is no event.

use std::time::{Duration, Instant};

/// The longest time to wait for a condition that must become true soon.
pub const MAX_WAIT: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Waits until the condition returns a value, and returns the value.
///
/// # Panics
///
/// Panics after [`MAX_WAIT`].
pub async fn wait_until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < MAX_WAIT {
        if let Some(value) = condition().await {
            return value;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    panic!("timed out waiting for {what}");
}

/// Waits like [`wait_until`], and blocks the thread.
///
/// # Panics
///
/// Panics after [`MAX_WAIT`].
pub fn wait_until_blocking<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < MAX_WAIT {
        if let Some(value) = condition() {
            return value;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    panic!("timed out waiting for {what}");
}
