//! Runs whose work goes on elsewhere, so that they outlive their node.

use tokio_util::sync::CancellationToken;
use txjobs_store::{Run, SharedStore};

use super::retry::retry_until_ok;

/// Remembers how a run can be continued by another node.
#[derive(Debug)]
pub struct Resumption {
    store: SharedStore,
    run: Run,
    token: Option<String>,
    give_up: CancellationToken,
}

impl Resumption {
    pub(super) fn new(
        store: SharedStore,
        run: Run,
        token: Option<String>,
        give_up: CancellationToken,
    ) -> Self {
        Self { store, run, token, give_up }
    }

    /// Returns what an earlier node stored. `None`: the work has not started yet.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Stores how the run can be continued, such as the address of its status, and a link to a page about it for people. Call this
    /// before anything depends on it. Returns false if the run no longer belongs to this node, or if the gateway stops while the
    /// store fails.
    pub async fn store_token(&self, token: &str, link: Option<&str>) -> bool {
        retry_until_ok(&self.give_up, || self.store.set_resume_token(&self.run, token, link)).await.is_some()
    }
}
