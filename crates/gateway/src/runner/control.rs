//! What the contract may ask of the runner.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use txjobs_store::Run;

/// A way to wake the runner and to cancel what it runs.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    wake: Notify,
    /// In milliseconds.
    pick_up: AtomicU64,
    /// The number of running runs if it is the maximum, else 0.
    full: AtomicUsize,
    running: Mutex<HashMap<i64, CancellationToken>>,
}

/// A run that can be canceled, until this is dropped.
#[derive(Debug)]
pub(super) struct Registered {
    control: Control,
    run: i64,
    pub cancel: CancellationToken,
}

impl Control {
    /// Says that a run is pending.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Says how long a run stays pending at least.
    pub fn set_pick_up(&self, time: Duration) {
        self.0.pick_up.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.wake();
    }

    pub(super) fn pick_up(&self) -> Duration {
        Duration::from_millis(self.0.pick_up.load(Ordering::Relaxed))
    }

    /// Passes on a cancellation that the store has accepted.
    pub fn cancel(&self, run: &Run) {
        if let Some(token) = self.running().get(&run.number) {
            token.cancel();
        }
    }

    /// Returns the number of running runs while it is the maximum and a run waits.
    pub fn full_count(&self) -> Option<usize> {
        Some(self.0.full.load(Ordering::Relaxed)).filter(|&count| count > 0)
    }

    pub(super) fn set_full(&self, count: Option<usize>) {
        self.0.full.store(count.unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    pub(super) fn register(&self, run: &Run) -> Registered {
        let cancel = CancellationToken::new();
        self.running().insert(run.number, cancel.clone());
        Registered { control: self.clone(), run: run.number, cancel }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<i64, CancellationToken>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.control.running().remove(&self.run);
    }
}
