//! Reads the keys, and the jobs that are pending or running.

use std::sync::Arc;

use sqlx::SqliteConnection;

use crate::catalog::{Catalog, UnfinishedJobs};
use crate::error::Result;

/// Reads the catalog, or returns the last one if its version is current.
pub(super) async fn read_catalog(
    connection: &mut SqliteConnection,
    last: Option<Arc<Catalog>>,
) -> Result<Arc<Catalog>> {
    // Read before the keys, so that the keys are at least as new as the version.
    let version: i64 =
        sqlx::query_scalar("SELECT version FROM catalog_version").fetch_one(&mut *connection).await?;
    if let Some(last) = last.filter(|last| last.version == version) {
        return Ok(last);
    }
    let rows = sqlx::query_as(
        "SELECT k.hash, k.id, k.organization, k.scopes, k.expires_at FROM api_keys k
         JOIN organizations o ON o.id = k.organization WHERE o.is_active = 1",
    )
    .fetch_all(connection)
    .await?;
    Ok(Arc::new(Catalog::new(version, rows)))
}

/// Reads the jobs that are pending or running, or returns the last ones if they are the same.
pub(super) async fn read_unfinished_jobs(
    connection: &mut SqliteConnection,
    last: Option<Arc<UnfinishedJobs>>,
) -> Result<Arc<UnfinishedJobs>> {
    let rows = sqlx::query_as("SELECT job, max(state) FROM executions WHERE state < 2 GROUP BY job")
        .fetch_all(connection)
        .await?;
    let unfinished = UnfinishedJobs::new(rows);
    Ok(last.filter(|last| **last == unfinished).unwrap_or_else(|| Arc::new(unfinished)))
}
