//! Back to what `gateway.toml` says.

use crate::{Result, Store};

const MADE_UP: &str = "(SELECT id FROM organizations WHERE seeded IS NOT NULL)";

impl Store {
    /// Forgets every execution with its lines, and every made-up organization with its jobs and keys; all of it or
    /// nothing. What `gateway.toml` declares, or once did, stays with its keys.
    ///
    /// False, and nothing is changed, while a run is pending or running. Waits for a made-up organization that is
    /// being written. The file keeps its size; the room is used again.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    pub async fn reset(&self) -> Result<bool> {
        let _turn = self.seeding.lock().await;
        // SQLite truncates a table at once only if no foreign key refers to it.
        let mut tx = self.writer.begin_without_foreign_keys().await?;
        let busy: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM executions WHERE state < 2)")
            .fetch_one(&mut tx)
            .await?;
        if !busy {
            // Without WHERE: row by row, a million lines take seconds.
            for sql in ["DELETE FROM lines", "DELETE FROM executions"] {
                sqlx::query(sql).execute(&mut tx).await?;
            }
            for table in ["jobs", "api_keys"] {
                let sql = format!("DELETE FROM {table} WHERE organization IN {MADE_UP}");
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut tx).await?;
            }
            sqlx::query("DELETE FROM organizations WHERE seeded IS NOT NULL").execute(&mut tx).await?;
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Ok(!busy)
    }
}
