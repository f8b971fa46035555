//! Notes when keys are used, and writes it to the store from time to time, so that requests need no writes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;
use txjobs_store::{KeyId, SharedStore};

use crate::clock::Micros;

/// The time between two writes.
const WRITE_INTERVAL: Duration = Duration::from_secs(60);

/// The uses of keys that are not in the store yet. Clones share them.
#[derive(Clone, Debug)]
pub struct KeyUses {
    store: SharedStore,
    latest: Arc<Mutex<HashMap<KeyId, Micros>>>,
}

impl KeyUses {
    pub(super) fn new(store: SharedStore) -> Self {
        Self { store, latest: Arc::default() }
    }

    /// Notes that a key was used.
    pub(super) fn note(&self, key: KeyId, now: Micros) {
        let mut latest = self.latest();
        let time = latest.entry(key).or_insert(now);
        *time = (*time).max(now);
    }

    /// Writes the uses every minute, if there are any.
    pub async fn write_forever(&self) -> Infallible {
        loop {
            sleep(WRITE_INTERVAL).await;
            self.write().await;
        }
    }

    /// Writes the uses, if there are any. After a failure they are written the next time.
    pub async fn write(&self) {
        let uses: Vec<_> = std::mem::take(&mut *self.latest()).into_iter().collect();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store.record_key_uses(&uses).await {
            tracing::warn!("the last uses of keys could not be written; trying again later: {error:#}");
            for (key, time) in uses {
                self.note(key, time);
            }
        }
    }

    fn latest(&self) -> MutexGuard<'_, HashMap<KeyId, Micros>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
