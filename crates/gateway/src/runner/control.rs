//! What the contract may ask of the runner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::Run;

/// A way to wake the runner and to cancel what it runs.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    wake: Notify,
    running: Mutex<HashMap<i64, CancellationToken>>,
}

/// A run that can be cancelled, until this is dropped.
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

    /// Passes on a cancellation that the store has accepted.
    pub fn cancel(&self, run: &Run) {
        if let Some(token) = self.running().get(&run.number) {
            token.cancel();
        }
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
