//! The data that most requests need and that rarely changes: the keys, and which jobs are pending or running.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use txjobs_sdk::{ExecutionState, JobStatusCode};
use uuid::Uuid;

use crate::error::Result;
use crate::identifiers::{KeyHash, KeyId, OrganizationId};
use crate::keys::Scopes;
use crate::time::Micros;

/// The keys, and the version of organizations, keys and jobs.
#[derive(Debug)]
pub struct Catalog {
    /// Increases with every change of organizations, keys and jobs.
    pub version: i64,
    keys: HashMap<KeyHash, Key>,
}

/// Hash, id, organization, scopes, and time of the expiry of a key.
pub(crate) type KeyRow = (Vec<u8>, KeyId, OrganizationId, i64, Option<Micros>);

/// A key that is accepted until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number in the store.
    pub id: KeyId,
    /// The organization that it gives access to.
    pub organization: OrganizationId,
    /// What it allows.
    pub scopes: Scopes,
    /// When it expires. `None`: never.
    pub expires_at: Option<Micros>,
}

impl Catalog {
    pub(crate) fn new(version: i64, rows: Vec<KeyRow>) -> Self {
        let key = |(hash, id, organization, scopes, expires_at): KeyRow| {
            let hash = KeyHash::try_from(hash).ok()?;
            Some((hash, Key { id, organization, scopes: Scopes::from_bits(scopes), expires_at }))
        };
        Self { version, keys: rows.into_iter().filter_map(key).collect() }
    }

    /// Returns the key with this hash, which may have expired.
    ///
    /// The time of the look-up may reveal something about a hash, but nothing about the key: an attacker cannot choose hashes.
    pub fn key(&self, hash: &KeyHash) -> Option<Key> {
        self.keys.get(hash).copied()
    }
}

/// The jobs of all organizations that are pending or running. Every other job is idle.
#[derive(Debug, PartialEq, Eq)]
pub struct UnfinishedJobs(HashMap<Uuid, JobStatusCode>);

impl UnfinishedJobs {
    /// Creates the set from jobs and the highest state of their unfinished runs.
    pub(crate) fn new(states: impl IntoIterator<Item = (Uuid, i64)>) -> Self {
        Self(states.into_iter().map(|(job, state)| (job, status(Some(state)))).collect())
    }

    /// Returns the status of a job.
    pub fn status_of(&self, job: Uuid) -> JobStatusCode {
        self.0.get(&job).copied().unwrap_or(JobStatusCode::Idle)
    }

    /// Returns the ids of the jobs.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.0.keys().copied()
    }
}

/// Returns the status of a job whose unfinished runs have this highest state, if it has any.
pub(crate) fn status(unfinished_state: Option<i64>) -> JobStatusCode {
    match unfinished_state.map(ExecutionState::from) {
        None => JobStatusCode::Idle,
        Some(ExecutionState::Created) => JobStatusCode::Pending,
        Some(_) => JobStatusCode::Running,
    }
}

/// Reads the data that most requests need.
#[async_trait]
pub trait CatalogStore: Send + Sync {
    /// Returns the catalog. It includes every change that was committed before this call, also by other processes.
    async fn catalog(&self) -> Result<Arc<Catalog>>;

    /// Returns the jobs that are pending or running, as of the last commit before this call. Returns the same `Arc` as long as
    /// nothing has changed.
    async fn unfinished_jobs(&self) -> Result<Arc<UnfinishedJobs>>;
}
