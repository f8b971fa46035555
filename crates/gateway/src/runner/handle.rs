//! Wakes the runner and cancels its runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use txjobs_store::Run;

/// A handle to the runner. Clones refer to the same runner.
#[derive(Clone, Debug, Default)]
pub struct RunnerHandle(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    wake: Notify,
    /// Changes with the end of a run.
    ended: watch::Sender<()>,
    /// In milliseconds.
    start_delay: AtomicU64,
    /// The number of running runs if it is the maximum, else 0.
    full: AtomicUsize,
    running: Mutex<HashMap<i64, CancellationToken>>,
}

/// The ends of runs of a node.
#[derive(Debug)]
pub struct RunEnds(watch::Receiver<()>);

impl RunEnds {
    /// Waits until a run has ended since the last call.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The runner is gone, so no run ends anymore.
            std::future::pending::<()>().await;
        }
    }
}

/// The registration of a running run. The run can be canceled until this is dropped.
#[derive(Debug)]
pub(super) struct RegisteredRun {
    handle: RunnerHandle,
    number: i64,
    pub cancel: CancellationToken,
}

impl RunnerHandle {
    /// Notifies the runner of a pending run.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Sets the time that a run stays pending at least.
    pub fn set_start_delay(&self, delay: Duration) {
        self.0.start_delay.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.wake();
    }

    pub(super) fn start_delay(&self) -> Duration {
        Duration::from_millis(self.0.start_delay.load(Ordering::Relaxed))
    }

    /// Cancels a run whose cancellation is stored.
    pub fn cancel(&self, run: &Run) {
        self.cancel_number(run.number);
    }

    /// Cancels the run with this number in the store.
    pub fn cancel_number(&self, number: i64) {
        if let Some(token) = self.running().get(&number) {
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

    /// Returns the ends of runs of this node from now on.
    pub fn run_ends(&self) -> RunEnds {
        RunEnds(self.0.ended.subscribe())
    }

    pub(super) fn note_end(&self) {
        self.0.ended.send_replace(());
    }

    pub(super) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    pub(super) fn register(&self, run: &Run) -> RegisteredRun {
        let cancel = CancellationToken::new();
        self.running().insert(run.number, cancel.clone());
        RegisteredRun { handle: self.clone(), number: run.number, cancel }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<i64, CancellationToken>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RegisteredRun {
    fn drop(&mut self) {
        self.handle.running().remove(&self.number);
    }
}
