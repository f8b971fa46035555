//! Records the outcome of the last writes, for the health check.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::ErrorKind;

/// How long a failure is reported without another attempt. A runner that waits to write a log tries each second.
const MAX_FAILURE_AGE: Duration = Duration::from_secs(3);
/// How long a success is reported without another attempt.
const MAX_SUCCESS_AGE: Duration = Duration::from_secs(5);

/// The outcome of the last writes. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct WriteOutcomes(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
struct Last {
    success: Option<Instant>,
    failure: Option<(Instant, ErrorKind)>,
}

impl WriteOutcomes {
    /// Records the failure of a write, if other writes fail for the same cause.
    pub fn record_failure(&self, kind: ErrorKind) {
        if kind.is_outage() {
            self.last().failure = Some((Instant::now(), kind));
        }
    }

    /// Records that a write is on the disk.
    pub fn record_success(&self) {
        self.last().success = Some(Instant::now());
    }

    /// Returns whether the last writes succeeded; `None` if the last one is too old.
    pub fn recent(&self) -> Option<Result<(), ErrorKind>> {
        let last = self.last();
        if let Some((time, kind)) = last.failure
            && time.elapsed() < MAX_FAILURE_AGE
        {
            return Some(Err(kind));
        }
        let since_failure = |time: &Instant| last.failure.is_none_or(|(failure, _)| *time > failure);
        last.success.filter(since_failure).filter(|time| time.elapsed() < MAX_SUCCESS_AGE).map(|_| Ok(()))
    }

    /// Clears the outcomes, for tests that do not wait.
    #[cfg(test)]
    pub fn clear(&self) {
        *self.last() = Last::default();
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn failure_is_reported_until_it_is_old() {
        let outcomes = WriteOutcomes::default();
        assert_eq!(outcomes.recent(), None);
        outcomes.record_success();
        assert_eq!(outcomes.recent(), Some(Ok(())));
        advance(Duration::from_millis(1)).await;
        outcomes.record_failure(ErrorKind::DiskFull);
        assert_eq!(outcomes.recent(), Some(Err(ErrorKind::DiskFull)));
        // A small write that still finds room does not hide the failure of a larger one.
        advance(Duration::from_millis(1)).await;
        outcomes.record_success();
        assert_eq!(outcomes.recent(), Some(Err(ErrorKind::DiskFull)));
        advance(MAX_FAILURE_AGE).await;
        assert_eq!(outcomes.recent(), Some(Ok(())));
        advance(MAX_SUCCESS_AGE).await;
        assert_eq!(outcomes.recent(), None);
    }

    #[test]
    fn violated_constraint_is_not_recorded() {
        let outcomes = WriteOutcomes::default();
        outcomes.record_failure(ErrorKind::Conflict);
        assert_eq!(outcomes.recent(), None);
    }
}
