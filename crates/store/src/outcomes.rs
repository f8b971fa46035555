//! Records the outcome of the last writes, for the health check.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::ErrorKind;

/// How long a failure is reported without another try. A run whose log waits tries each second.
const FAILURE_AGE: Duration = Duration::from_secs(3);
/// How long a success is valid without another try.
const SUCCESS_AGE: Duration = Duration::from_secs(5);

/// The outcome of the last writes. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
struct Last {
    success: Option<Instant>,
    failure: Option<(Instant, ErrorKind)>,
}

impl Outcomes {
    /// Records the failure of a write, and returns the error.
    pub fn note(&self, error: sqlx::Error) -> sqlx::Error {
        let kind = ErrorKind::of(&error);
        if kind.is_lasting() {
            self.last().failure = Some((Instant::now(), kind));
        }
        error
    }

    /// Records that a write is on the disk.
    pub fn succeeded(&self) {
        self.last().success = Some(Instant::now());
    }

    /// Returns whether recent writes fail or succeed; `None` if the last one is too old.
    pub fn recent(&self) -> Option<Result<(), ErrorKind>> {
        let last = self.last();
        if let Some((time, kind)) = last.failure
            && time.elapsed() < FAILURE_AGE
        {
            return Some(Err(kind));
        }
        let since_failure = |time: &Instant| last.failure.is_none_or(|(failure, _)| *time > failure);
        last.success.filter(since_failure).filter(|time| time.elapsed() < SUCCESS_AGE).map(|_| Ok(()))
    }

    /// Clears the outcomes, for tests that do not wait.
    #[cfg(test)]
    pub fn forget(&self) {
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
    async fn failures_are_reported_until_they_are_old() {
        let outcomes = Outcomes::default();
        assert_eq!(outcomes.recent(), None);
        outcomes.succeeded();
        assert_eq!(outcomes.recent(), Some(Ok(())));
        advance(Duration::from_millis(1)).await;
        outcomes.note(std::io::Error::from(std::io::ErrorKind::StorageFull).into());
        assert_eq!(outcomes.recent(), Some(Err(ErrorKind::DiskFull)));
        // A small write that still finds room does not hide the failure of a larger one.
        advance(Duration::from_millis(1)).await;
        outcomes.succeeded();
        assert_eq!(outcomes.recent(), Some(Err(ErrorKind::DiskFull)));
        advance(FAILURE_AGE).await;
        assert_eq!(outcomes.recent(), Some(Ok(())));
        advance(SUCCESS_AGE).await;
        assert_eq!(outcomes.recent(), None);
    }

    #[test]
    fn violated_constraints_say_nothing_about_the_disk() {
        let outcomes = Outcomes::default();
        outcomes.note(sqlx::Error::RowNotFound);
        assert_eq!(outcomes.recent(), None);
    }
}
