//! Callers with keys of the service, of which the relay knows only what the service said.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use txjobs_sdk::ApiKey;
use txjobs_store::KeyHash;

use crate::api::{self, ApiError, AppState};
use crate::key;

/// The most keys and addresses in memory. Beyond it, all are forgotten.
const MAX_ENTRIES: usize = 10_000;

/// Holds back unknown keys of an address that has sent too many wrong ones. All callers of a relay have its address at the service,
/// which could refuse all of them. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Callers(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The hashes of the keys that the service has accepted.
    accepted: HashSet<KeyHash>,
    /// Until when the unknown keys of an address are not sent.
    held_back: HashMap<IpAddr, Instant>,
}

impl Callers {
    /// Checks whether a key may be sent to the service. A key that the service has accepted always may.
    ///
    /// # Errors
    ///
    /// Fails with 429 if it is unknown and its address has sent too many wrong keys.
    pub(super) fn check(&self, key: &ApiKey, peer: Option<SocketAddr>) -> Result<(), ApiError> {
        let Some(peer) = peer else { return Ok(()) };
        let state = self.state();
        let until = state.held_back.get(&peer.ip()).copied();
        let wait = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        if wait.is_zero() || state.accepted.contains(&key::hash(key.expose())) {
            return Ok(());
        }
        Err(api::too_many_attempts(wait))
    }

    /// Notes that the service has accepted a key.
    pub(super) fn note_accepted(&self, key: &ApiKey) {
        let mut state = self.state();
        if state.accepted.len() >= MAX_ENTRIES {
            state.accepted.clear();
        }
        state.accepted.insert(key::hash(key.expose()));
    }

    /// Notes that the service has refused a key.
    ///
    /// # Errors
    ///
    /// Fails with 429 if the address has sent too many wrong keys.
    pub(super) fn note_refused(
        &self,
        app: &AppState,
        key: &ApiKey,
        peer: Option<SocketAddr>,
    ) -> Result<(), ApiError> {
        let mut state = self.state();
        state.accepted.remove(&key::hash(key.expose()));
        let (Some(attempts), Some(peer)) = (&app.failed_attempts, peer) else { return Ok(()) };
        let Err(wait) = attempts.check(peer.ip()) else { return Ok(()) };
        if state.held_back.len() >= MAX_ENTRIES {
            state.held_back.clear();
        }
        state.held_back.insert(peer.ip(), Instant::now() + wait);
        Err(api::too_many_attempts(wait))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
