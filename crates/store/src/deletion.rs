//! Deletes organizations and runs.

use crate::error::Result;
use crate::identifiers::OrganizationId;
use crate::store::Store;
use crate::transaction::WriteTransaction;

/// The maximum number of runs that one transaction deletes, so that others can write in between.
const MAX_RUNS: i64 = 5_000;
/// The maximum number of lines that one transaction deletes.
const MAX_LINES: u32 = 50_000;

impl Store {
    /// Deletes an organization with its jobs, keys, and runs, in several transactions, so that others can write in between. Its
    /// keys are refused from the start. If this fails, call it again to delete the rest.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn delete_organization(&self, organization: OrganizationId) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE organizations SET is_active = 0 WHERE id = ?")
            .bind(organization)
            .execute(&mut tx)
            .await?;
        let mut next = tx.delete_some_runs(organization, 0).await?;
        tx.commit().await?;
        while let Some(after) = next {
            let mut tx = self.write().await?;
            next = tx.delete_some_runs(organization, after).await?;
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
    /// Fails if the database fails.
    pub async fn has_unfinished_runs(&mut self) -> Result<bool> {
        let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM executions WHERE state < 2)");
        Ok(found.fetch_one(self).await?)
    }

    /// Deletes the runs of all organizations. Takes milliseconds in a transaction without foreign keys, and otherwise a second
    /// for some 100,000 lines. The file keeps its size.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn delete_all_runs(&mut self) -> Result<()> {
        // SQLite truncates a table if the statement has no condition and no foreign key is checked.
        for sql in ["DELETE FROM lines", "DELETE FROM executions"] {
            sqlx::query(sql).execute(&mut *self).await?;
        }
        Ok(())
    }

    /// Deletes an organization with its jobs, keys, and runs.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn delete_organization(&mut self, organization: OrganizationId) -> Result<()> {
        let mut next = Some(0);
        while let Some(after) = next {
            next = self.delete_some_runs(organization, after).await?;
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

    /// Deletes some of an organization's runs after this number, or some of their lines. Returns the number after which more
    /// runs may exist.
    async fn delete_some_runs(&mut self, organization: OrganizationId, after: i64) -> Result<Option<i64>> {
        // CROSS JOIN: in the order of the runs, so that each call continues where the last one stopped.
        let runs: Vec<i64> = sqlx::query_scalar(
            "SELECT e.number FROM executions e CROSS JOIN jobs j ON j.id = e.job
             WHERE e.number > ? AND j.organization = ? ORDER BY e.number LIMIT ?",
        )
        .bind(after)
        .bind(organization)
        .bind(MAX_RUNS)
        .fetch_all(&mut *self)
        .await?;
        let Some(&last) = runs.last() else { return Ok(None) };
        let numbers = serde_json::Value::from(runs).to_string();
        let deleted = sqlx::query(
            "DELETE FROM lines WHERE id IN (SELECT l.id FROM json_each(?) run
                 CROSS JOIN lines l ON l.id BETWEEN run.value << 32 AND run.value << 32 | 0xffffffff LIMIT ?)",
        )
        .bind(&numbers)
        .bind(MAX_LINES)
        .execute(&mut *self)
        .await?
        .rows_affected();
        if deleted == u64::from(MAX_LINES) {
            return Ok(Some(after));
        }
        sqlx::query("DELETE FROM executions WHERE number IN (SELECT value FROM json_each(?))")
            .bind(&numbers)
            .execute(&mut *self)
            .await?;
        Ok(Some(last))
    }
}
