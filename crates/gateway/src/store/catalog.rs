//! What requests need and what rarely changes, kept in memory: keys, and which jobs are pending or running.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::SqliteConnection;
use txjobs_sdk::{ExecutionState, JobStatusCode};
use uuid::Uuid;

use super::{OrganisationId, Result, Store};
use crate::key::KeyHash;

/// The keys, and the version of organisations, keys and jobs.
#[derive(Debug)]
pub struct Catalog {
    /// Grows with every change of organisations, keys and jobs.
    pub version: i64,
    keys: HashMap<KeyHash, OrganisationId>,
}

impl Catalog {
    /// The organisation that this key belongs to.
    ///
    /// How long it takes may tell something of a hash, and nothing of the key: nobody can aim a hash.
    pub fn organisation_of_key(&self, hash: &KeyHash) -> Option<OrganisationId> {
        self.keys.get(hash).copied()
    }
}

/// The jobs that are pending or running, of all organisations. Every other job is idle.
#[derive(Debug, PartialEq, Eq)]
pub struct UnfinishedJobs(HashMap<Uuid, JobStatusCode>);

impl UnfinishedJobs {
    /// The status of a job.
    pub fn status_of(&self, job: Uuid) -> JobStatusCode {
        self.0.get(&job).copied().unwrap_or(JobStatusCode::Idle)
    }
}

impl Store {
    /// The catalog, which holds every change that was committed before this was called, also by another process.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog.get(&self.changes, read_catalog).await
    }

    /// The jobs that are pending or running, as of the last commit before this was called.
    ///
    /// The same value is the same `Arc` for as long as nothing has changed.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    pub async fn unfinished_jobs(&self) -> Result<Arc<UnfinishedJobs>> {
        self.unfinished_jobs.get(&self.changes, read_unfinished_jobs).await
    }
}

async fn read_catalog(connection: &mut SqliteConnection, last: Option<Arc<Catalog>>) -> Result<Arc<Catalog>> {
    // Before the keys, so that these are at least as new as the version says.
    let version: i64 =
        sqlx::query_scalar("SELECT version FROM catalog_version").fetch_one(&mut *connection).await?;
    if let Some(last) = last.filter(|last| last.version == version) {
        return Ok(last);
    }
    let rows: Vec<(Vec<u8>, OrganisationId)> = sqlx::query_as(
        "SELECT k.hash, k.organisation FROM api_keys k JOIN organisations o ON o.id = k.organisation
         WHERE o.declared = 1",
    )
    .fetch_all(connection)
    .await?;
    let key = |(hash, organisation): (Vec<u8>, _)| Some((KeyHash::try_from(hash).ok()?, organisation));
    let keys = rows.into_iter().filter_map(key).collect();
    Ok(Arc::new(Catalog { version, keys }))
}

async fn read_unfinished_jobs(
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
