//! Authenticates requests.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use txjobs_store::{OrganizationId, Scope, Scopes};
use uuid::Uuid;

use super::error::{self, ApiError};
use super::state::AppState;
use crate::key;

/// A caller with a valid key.
///
/// It is the first argument of every handler, so that a caller without a key learns nothing, not even that a parameter is
/// invalid.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The organization of the key.
    pub organization: OrganizationId,
    /// What the key allows.
    pub scopes: Scopes,
    /// The version of the catalog in which the key was found.
    pub catalog_version: i64,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all(&state.key_header).iter();
        // A request without a key is no attempt: browsers and health probes send such requests.
        let Some(value) = values.next() else { return Err(error::invalid_key()) };
        // With two keys it is not known which one was meant.
        let key = if values.next().is_none() { value.to_str().ok() } else { None };
        let key = key.ok_or_else(|| refuse_wrong_key(parts, state))?;
        let hash = key::hash(key.trim());
        let catalog = state.store.catalog().await?;
        let catalog_version = catalog.version;
        if let Some(organization) = state.demo_key.and_then(|key| key.organization_of(&hash)) {
            return Ok(Self { organization, scopes: Scopes::ALL, catalog_version });
        }
        let key = catalog.key(&hash).ok_or_else(|| refuse_wrong_key(parts, state))?;
        let now = state.clock.now();
        if key.expires_at.is_some_and(|time| time <= now) {
            return Err(error::expired_key());
        }
        state.key_uses.note(key.id, now);
        Ok(Self { organization: key.organization, scopes: key.scopes, catalog_version })
    }
}

/// Counts a wrong key of an address, and returns the error. In a test without a connection there is no address.
fn refuse_wrong_key(parts: &Parts, state: &AppState) -> ApiError {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let checked = match (&state.failed_attempts, peer) {
        (Some(attempts), Some(ConnectInfo(peer))) => attempts.check(peer.ip()),
        _ => Ok(()),
    };
    checked.map_or_else(error::too_many_attempts, |()| error::invalid_key())
}

impl Caller {
    /// Checks that the key allows this.
    ///
    /// # Errors
    ///
    /// Fails with 403 if it does not.
    pub fn require_scope(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(error::missing_scope(scope)) }
    }

    /// Checks that the caller's organization has this job.
    ///
    /// # Errors
    ///
    /// Fails with 404 if it does not, also if another organization has the job.
    pub async fn require_job(&self, state: &AppState, job: Uuid) -> Result<(), ApiError> {
        match state.store.has_job(self.organization, job).await? {
            true => Ok(()),
            false => Err(error::unknown_job()),
        }
    }
}
