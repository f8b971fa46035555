//! The data that most requests need and that rarely changes: the keys, and which jobs are pending or running.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::SqliteConnection;
use txjobs_sdk::{ExecutionState, JobStatusCode};
use uuid::Uuid;

use crate::error::Result;
use crate::identifiers::{KeyHash, OrganizationId};

/// The keys, and the version of organizations, keys and jobs.
#[derive(Debug)]
pub struct Catalog {
    /// Increases with every change of organizations, keys and jobs.
    pub version: i64,
    keys: HashMap<KeyHash, OrganizationId>,
}

impl Catalog {
    /// Returns the organization that this key belongs to.
    ///
    /// The time of the look-up may reveal something about a hash, but nothing about the key: an attacker cannot choose hashes.
    pub fn organization_of_key(&self, hash: &KeyHash) -> Option<OrganizationId> {
        self.keys.get(hash).copied()
    }
}

/// The jobs of all organizations that are pending or running. Every other job is idle.
#[derive(Debug, PartialEq, Eq)]
pub struct UnfinishedJobs(HashMap<Uuid, JobStatusCode>);

impl UnfinishedJobs {
    /// Returns the status of a job.
    pub fn status_of(&self, job: Uuid) -> JobStatusCode {
        self.0.get(&job).copied().unwrap_or(JobStatusCode::Idle)
    }

    /// Returns the ids of the jobs.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.0.keys().copied()
    }
}

/// Reads the catalog, or returns the last one if its version is current.
pub(crate) async fn read_catalog(
    connection: &mut SqliteConnection,
    last: Option<Arc<Catalog>>,
) -> Result<Arc<Catalog>> {
    // Read before the keys, so that the keys are at least as new as the version.
    let version: i64 =
        sqlx::query_scalar("SELECT version FROM catalog_version").fetch_one(&mut *connection).await?;
    if let Some(last) = last.filter(|last| last.version == version) {
        return Ok(last);
    }
    let rows: Vec<(Vec<u8>, OrganizationId)> = sqlx::query_as(
        "SELECT k.hash, k.organization FROM api_keys k JOIN organizations o ON o.id = k.organization
         WHERE o.is_active = 1",
    )
    .fetch_all(connection)
    .await?;
    let key = |(hash, organization): (Vec<u8>, _)| Some((KeyHash::try_from(hash).ok()?, organization));
    let keys = rows.into_iter().filter_map(key).collect();
    Ok(Arc::new(Catalog { version, keys }))
}

/// Reads the jobs that are pending or running, or returns the last ones if they are the same.
pub(crate) async fn read_unfinished_jobs(
    connection: &mut SqliteConnection,
    last: Option<Arc<UnfinishedJobs>>,
) -> Result<Arc<UnfinishedJobs>> {
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("SELECT job, max(state) FROM executions WHERE state < 2 GROUP BY job")
            .fetch_all(connection)
            .await?;
    let unfinished = UnfinishedJobs(rows.into_iter().map(|(job, state)| (job, status(state))).collect());
    Ok(last.filter(|last| **last == unfinished).unwrap_or_else(|| Arc::new(unfinished)))
}

fn status(state: i64) -> JobStatusCode {
    match ExecutionState::from(state) {
        ExecutionState::Created => JobStatusCode::Pending,
        _ => JobStatusCode::Running,
    }
}
