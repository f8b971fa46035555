//! The key of `serve --demo`, which is valid as long as the process runs.

use std::sync::{Arc, OnceLock};

use subtle::ConstantTimeEq;

use crate::identifiers::{KeyHash, OrganizationId};

/// The demo key of this process, if it has one. Clones share it. It is not stored, so that it ends with the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct DemoKey(Arc<OnceLock<(OrganizationId, KeyHash)>>);

impl DemoKey {
    /// Sets the key. A process has one demo key; later calls have no effect.
    pub fn set(&self, organization: OrganizationId, hash: KeyHash) {
        let _ = self.0.set((organization, hash));
    }

    /// Returns the organization of the demo key, if this is its hash. The comparison takes constant time.
    pub fn organization_of(&self, hash: &KeyHash) -> Option<OrganizationId> {
        let (organization, demo) = self.0.get()?;
        bool::from(demo.ct_eq(hash)).then_some(*organization)
    }
}
