//! The key of `serve --demo`. It is not stored, so that it ends with the process.

use subtle::ConstantTimeEq;
use txjobs_sdk::ApiKey;
use txjobs_store::{KeyHash, OrganizationId};

use crate::key;

/// The demo key of this process.
#[derive(Clone, Copy, Debug)]
pub struct DemoKey {
    organization: OrganizationId,
    hash: KeyHash,
}

impl DemoKey {
    /// Creates the key of an organization.
    pub fn new(organization: OrganizationId, key: &ApiKey) -> Self {
        Self { organization, hash: key::hash(key.expose()) }
    }

    /// Returns the organization, if this is the hash of the key. The comparison takes constant time.
    pub(super) fn organization_of(&self, hash: &KeyHash) -> Option<OrganizationId> {
        bool::from(self.hash.ct_eq(hash)).then_some(self.organization)
    }
}
