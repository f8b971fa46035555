//! Reads that several callers share.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::Result;

/// A value that is read for each call. Calls that wait for the same read share its result, so that many calls need few reads.
pub(super) struct Fresh<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Debug for Fresh<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Fresh")
    }
}

impl<T> Fresh<T> {
    /// Returns a value that was read after this call began. `read` gets the previous value, which it may return if that has not
    /// changed.
    ///
    /// # Errors
    ///
    /// Fails if `read` fails.
    pub async fn get(&self, read: impl AsyncFnOnce(Option<Arc<T>>) -> Result<Arc<T>>) -> Result<Arc<T>> {
        let called_at = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((read_at, value)) = last.as_ref().filter(|(read_at, _)| *read_at > called_at) {
            let _ = read_at;
            return Ok(Arc::clone(value));
        }
        let read_at = Instant::now();
        let value = read(last.as_ref().map(|(_, value)| Arc::clone(value))).await?;
        *last = Some((read_at, Arc::clone(&value)));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn waiting_calls_share_one_read() {
        let (fresh, reads) = (Fresh::<u32>::default(), AtomicU32::new(0));
        let read = async || {
            let read = async |_| {
                tokio::task::yield_now().await;
                Ok(Arc::new(reads.fetch_add(1, Ordering::Relaxed)))
            };
            *fresh.get(read).await.unwrap()
        };
        // The first one reads; the others began before its read ended, but not before it began.
        let values = join_all((0..10).map(|_| read())).await;
        assert_eq!(values[0], 0);
        assert!(values[1..].iter().all(|value| *value == 1), "{values:?}");
        assert_eq!(read().await, 2, "a later call reads again");
    }
}
