//! Reads the keys, and the jobs that are pending or running.

use std::sync::Arc;

use async_trait::async_trait;

use super::store::PostgresStore;
use crate::catalog::{Catalog, CatalogStore, UnfinishedJobs};
use crate::error::Result;

#[async_trait]
impl CatalogStore for PostgresStore {
    async fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog.get(async |last| self.read_catalog(last).await).await
    }

    async fn unfinished_jobs(&self) -> Result<Arc<UnfinishedJobs>> {
        self.unfinished_jobs.get(async |last| self.read_unfinished_jobs(last).await).await
    }
}

impl PostgresStore {
    /// Reads the catalog, or returns the last one if its version is current.
    async fn read_catalog(&self, last: Option<Arc<Catalog>>) -> Result<Arc<Catalog>> {
        let mut tx = self.begin().await?;
        // Read before the keys, so that the keys are at least as new as the version.
        let version: i64 =
            sqlx::query_scalar("SELECT version FROM catalog_version").fetch_one(&mut tx).await?;
        if let Some(last) = last.filter(|last| last.version == version) {
            tx.rollback().await?;
            return Ok(last);
        }
        let rows = sqlx::query_as(
            "SELECT k.hash, k.id, k.organization, k.scopes, k.expires_at FROM api_keys k
             JOIN organizations o ON o.id = k.organization WHERE o.is_active",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(Arc::new(Catalog::new(version, rows)))
    }

    /// Reads the jobs that are pending or running, or returns the last ones if they are the same.
    async fn read_unfinished_jobs(&self, last: Option<Arc<UnfinishedJobs>>) -> Result<Arc<UnfinishedJobs>> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as("SELECT job, max(state) FROM executions WHERE state < 2 GROUP BY job")
            .fetch_all(&mut tx)
            .await?;
        tx.rollback().await?;
        let unfinished = UnfinishedJobs::new(rows);
        Ok(last.filter(|last| **last == unfinished).unwrap_or_else(|| Arc::new(unfinished)))
    }
}
