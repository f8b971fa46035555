//! Reads that several callers share.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::Result;

/// A value that is read for each call. Calls that wait for the same read share its result, so that many calls need few reads, and
/// all of them fail together.
pub(super) struct CoalescedRead<T>(Mutex<Last<T>>);

/// The last read, and the last value.
struct Last<T> {
    read: Option<(Instant, Result<()>)>,
    value: Option<Arc<T>>,
}

impl<T> Default for CoalescedRead<T> {
    fn default() -> Self {
        Self(Mutex::new(Last { read: None, value: None }))
    }
}

impl<T> Debug for CoalescedRead<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("CoalescedRead")
    }
}

impl<T> CoalescedRead<T> {
    /// Returns a value that was read after this call began. `read` gets the previous value, which it may return if that has not
    /// changed.
    ///
    /// # Errors
    ///
    /// Fails if `read` fails.
    pub async fn get(&self, read: impl AsyncFnOnce(Option<Arc<T>>) -> Result<Arc<T>>) -> Result<Arc<T>> {
        let called_at = Instant::now();
        let mut last = self.0.lock().await;
        let is_fresh = |(read_at, _): &&(Instant, _)| *read_at > called_at;
        if let Some((_, result)) = last.read.as_ref().filter(is_fresh) {
            result.clone()?;
            if let Some(value) = &last.value {
                return Ok(Arc::clone(value));
            }
        }
        let read_at = Instant::now();
        let result = read(last.value.clone()).await;
        last.read = Some((read_at, result.as_ref().map(drop).map_err(Clone::clone)));
        if let Ok(value) = &result {
            last.value = Some(Arc::clone(value));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;

    use super::*;
    use crate::error::ErrorKind;

    #[tokio::test]
    async fn waiting_calls_share_one_read() {
        let (value, reads) = (CoalescedRead::<u32>::default(), AtomicU32::new(0));
        let read = async || {
            let read = async |_| {
                tokio::task::yield_now().await;
                Ok(Arc::new(reads.fetch_add(1, Ordering::Relaxed)))
            };
            *value.get(read).await.unwrap()
        };
        // The first one reads; the others began before its read ended, but not before it began.
        let values = join_all((0..10).map(|_| read())).await;
        assert_eq!(values[0], 0);
        assert!(values[1..].iter().all(|value| *value == 1), "{values:?}");
        assert_eq!(read().await, 2, "a later call reads again");
    }

    #[tokio::test]
    async fn waiting_calls_share_one_failure() {
        let (value, reads) = (CoalescedRead::<u32>::default(), AtomicU32::new(0));
        let fail = async || {
            let read = async |_| {
                tokio::task::yield_now().await;
                reads.fetch_add(1, Ordering::Relaxed);
                Err(ErrorKind::Unreachable.into())
            };
            value.get(read).await.unwrap_err().kind()
        };
        assert!(join_all((0..10).map(|_| fail())).await.iter().all(|kind| *kind == ErrorKind::Unreachable));
        assert_eq!(reads.load(Ordering::Relaxed), 2);
        assert_eq!(*value.get(async |_| Ok(Arc::new(7))).await.unwrap(), 7);
    }
}
