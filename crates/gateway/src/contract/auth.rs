//! Who calls: the organization that the API key belongs to.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Gateway, Refusal, refusal};
use crate::key;
use txjobs_store::OrganizationId;

/// A caller with a valid key. It stands first among a handler's arguments, so that nobody without one learns
/// anything, not even that a parameter is malformed.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Whose jobs the caller sees.
    pub organization: OrganizationId,
    /// The version of the catalog in which the key was found.
    pub catalog_version: i64,
}

impl FromRequestParts<Gateway> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all(&gateway.key_header).iter();
        // Two keys are no key: which of them was meant?
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(refusal::key_refused());
        };
        let key = value.to_str().map_err(|_| refusal::key_refused())?;
        let hash = key::hash(key.trim());
        let catalog = gateway.store.catalog().await?;
        let organization = gateway.store.organization_of_demo_key(&hash);
        let organization = organization.or_else(|| catalog.organization_of_key(&hash));
        let caller = |organization| Self { organization, catalog_version: catalog.version };
        organization.map(caller).ok_or_else(refusal::key_refused)
    }
}
