//! Deletes organizations and runs.

use uuid::Uuid;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::retention::Retention;

/// The maximum number of runs in a batch. [`SqliteStore::delete_organization`] commits after each batch, so that other transactions
/// can write.
const MAX_RUNS_PER_BATCH: i64 = 5_000;
/// The maximum number of log lines in a batch.
const MAX_LINES_PER_BATCH: u32 = 50_000;

impl SqliteStore {
    /// Deletes an organization with its jobs, keys, and runs, in several transactions, so that other transactions can write
    /// between them. First deactivates the organization, so that its keys are refused during the deletion. If this fails, call
    /// it again to delete the rest. The organization must have no running run, because its lines would remain.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn delete_organization(&self, organization: OrganizationId) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE organizations SET is_active = 0 WHERE id = ?")
            .bind(organization)
            .execute(&mut tx)
            .await?;
        let mut next = tx.delete_run_batch(organization, 0).await?;
        tx.commit().await?;
        while let Some(after) = next {
            let mut tx = self.write().await?;
            next = tx.delete_run_batch(organization, after).await?;
            tx.commit().await?;
        }
        let mut tx = self.write().await?;
        tx.delete_organization(organization).await?;
        tx.commit().await
    }
}

impl WriteTransaction {
    /// Returns whether a run of any organization is pending or running.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn has_unfinished_runs(&mut self) -> Result<bool> {
        // States below 2 are pending and running. The partial index requires this condition literally.
        let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM executions WHERE state < 2)");
        Ok(query.fetch_one(self).await?)
    }

    /// Deletes the runs of all organizations. In a transaction of [`SqliteStore::write_without_foreign_keys`], SQLite does not delete
    /// the executions one by one. The database file does not shrink.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn delete_all_runs(&mut self) -> Result<()> {
        // SQLite truncates a table if the statement has no WHERE clause, and no checked foreign key refers to the table.
        for sql in ["DELETE FROM lines", "DELETE FROM executions"] {
            sqlx::query(sql).execute(&mut *self).await?;
        }
        Ok(())
    }

    /// Deletes an organization with its jobs, keys, and runs.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn delete_organization(&mut self, organization: OrganizationId) -> Result<()> {
        let mut next = Some(0);
        while let Some(after) = next {
            next = self.delete_run_batch(organization, after).await?;
        }
        for sql in [
            "DELETE FROM jobs WHERE organization = ?",
            "DELETE FROM api_keys WHERE organization = ?",
            "DELETE FROM organizations WHERE id = ?",
        ] {
            sqlx::query(sql).bind(organization).execute(&mut *self).await?;
        }
        Ok(())
    }

    /// Deletes one batch of ended runs. A run stays until its channels have their notifications. Returns how many were deleted, or `None` if none remains.
    pub(super) async fn delete_old_run_batch(
        &mut self,
        job: Uuid,
        retention: Retention,
    ) -> Result<Option<u64>> {
        // By their ends and not by their numbers: runs of another server may be stored later than newer ones.
        let runs: Vec<i64> = sqlx::query_scalar(
            "SELECT number FROM executions WHERE job = ?1 AND state >= 2
                 AND id NOT IN (SELECT execution FROM unannounced_runs) AND (ended_at < ?2
                 OR (ended_at, number) <= (SELECT ended_at, number FROM executions WHERE job = ?1 AND state >= 2
                                           ORDER BY ended_at DESC, number DESC LIMIT 1 OFFSET ?3))
             ORDER BY number LIMIT ?4",
        )
        .bind(job)
        .bind(retention.ended_before)
        .bind(retention.max_runs.map_or(i64::MAX, i64::from))
        .bind(MAX_RUNS_PER_BATCH)
        .fetch_all(&mut *self)
        .await?;
        if runs.is_empty() {
            return Ok(None);
        }
        let count = runs.len() as u64;
        Ok(Some(if self.delete_runs(runs).await? { count } else { 0 }))
    }

    /// Deletes one batch: at most [`MAX_RUNS_PER_BATCH`] runs with numbers above `after`, or only a part of their lines if they
    /// have more than [`MAX_LINES_PER_BATCH`]. Returns `after` for the next batch, or `None` if no run remains.
    async fn delete_run_batch(&mut self, organization: OrganizationId, after: i64) -> Result<Option<i64>> {
        // CROSS JOIN makes SQLite scan the executions from this number on. Otherwise it would read and sort all runs of the
        // organization in each call.
        let runs: Vec<i64> = sqlx::query_scalar(
            "SELECT e.number FROM executions e CROSS JOIN jobs j ON j.id = e.job
             WHERE e.number > ? AND j.organization = ? ORDER BY e.number LIMIT ?",
        )
        .bind(after)
        .bind(organization)
        .bind(MAX_RUNS_PER_BATCH)
        .fetch_all(&mut *self)
        .await?;
        let Some(&last) = runs.last() else { return Ok(None) };
        // Otherwise the next call continues with the same runs.
        Ok(Some(if self.delete_runs(runs).await? { last } else { after }))
    }

    /// Deletes runs with their lines. Returns false if lines remain, so that it must be called again.
    async fn delete_runs(&mut self, runs: Vec<i64>) -> Result<bool> {
        let numbers = serde_json::Value::from(runs).to_string();
        // The id of a line has the number of its execution in the upper 32 bits.
        let deleted = sqlx::query(
            "DELETE FROM lines WHERE id IN (SELECT l.id FROM json_each(?) run
                 CROSS JOIN lines l ON l.id BETWEEN run.value << 32 AND run.value << 32 | 0xffffffff LIMIT ?)",
        )
        .bind(&numbers)
        .bind(MAX_LINES_PER_BATCH)
        .execute(&mut *self)
        .await?
        .rows_affected();
        if deleted == u64::from(MAX_LINES_PER_BATCH) {
            return Ok(false);
        }
        sqlx::query("DELETE FROM executions WHERE number IN (SELECT value FROM json_each(?))")
            .bind(&numbers)
            .execute(&mut *self)
            .await?;
        Ok(true)
    }
}
