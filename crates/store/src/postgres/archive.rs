//! Stores runs of another server.

use async_trait::async_trait;
use futures::TryStreamExt;
use txjobs_sdk::Starter;

use super::store::PostgresStore;
use super::text::storable;
use crate::archive::{ArchiveStore, ArchivedRun, LineBatches};
use crate::error::Result;

#[async_trait]
impl ArchiveStore for PostgresStore {
    async fn archive_run(&self, run: &ArchivedRun, mut lines: LineBatches) -> Result<bool> {
        let mut tx = self.begin().await?;
        let number: Option<i64> = sqlx::query_scalar(
            "INSERT INTO executions (id, job, trigger_id, starter, link, state, requested_at, created_at, ended_at)
             VALUES ($1, $2, $3, $7, $8, $4, $5, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING number",
        )
        .bind(run.id)
        .bind(run.job)
        .bind(run.trigger_id)
        .bind(run.state.number())
        .bind(run.created_at)
        .bind(run.ended_at)
        .bind(run.starter.map(Starter::number))
        .bind(run.link.as_deref().map(storable))
        .fetch_optional(&mut tx)
        .await?;
        let Some(number) = number else {
            tx.rollback().await?;
            return Ok(false);
        };
        if !run.is_history {
            sqlx::query("INSERT INTO unannounced_runs (channel, execution) SELECT name, $1 FROM notification_channels")
                .bind(run.id)
                .execute(&mut tx)
                .await?;
        }
        let mut seq = 1;
        while let Some(batch) = lines.try_next().await? {
            tx.append_lines(number, seq, &batch).await?;
            seq += batch.len() as i64;
        }
        tx.commit().await?;
        Ok(true)
    }
}
