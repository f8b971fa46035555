//! What the requests of all callers share.

use std::sync::Arc;

use txjobs_sdk::ApiKey;

use super::archive::Archive;
use super::callers::Callers;
use super::upstream::Upstream;
use super::upstream_key::HeldKey;

/// A relay to one service. Clones share it.
#[derive(Clone, Debug)]
pub struct Relay {
    /// The connections to the service.
    pub upstream: Arc<Upstream>,
    /// The key of the service. `None`: each caller sends its own.
    pub key: Option<Arc<HeldKey>>,
    /// What has passed. `None`: nothing is archived.
    pub archive: Option<Arc<Archive>>,
    /// The callers with keys of the service.
    pub callers: Callers,
    /// The largest response, in bytes.
    pub max_response_bytes: u64,
}

impl Relay {
    /// Returns the key of the relay, if it has one.
    pub(super) fn held_key(&self) -> Option<ApiKey> {
        self.key.as_ref().map(|key| key.get())
    }
}
