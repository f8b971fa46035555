//! The state that the handlers share.

use axum::http::HeaderName;
use txjobs_store::Store;

use super::lists::Lists;
use crate::clock::SharedClock;
use crate::runner::RunnerHandle;

/// The state of the application. Clones share it.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: SharedClock,
    /// The runner.
    pub runner: RunnerHandle,
    /// The request header that carries the API key.
    pub key_header: HeaderName,
    /// The lists that are cached in memory.
    pub(super) lists: Lists,
}

impl AppState {
    /// Creates the state.
    pub fn new(store: Store, clock: SharedClock, runner: RunnerHandle, key_header: HeaderName) -> Self {
        let lists = Lists::new(store.clone(), key_header.clone());
        Self { store, clock, runner, key_header, lists }
    }
}
