//! Deletes the runs and the organizations that the emulator added.

use crate::error::Result;
use crate::seeded::SEEDED;
use crate::store::Store;

impl Store {
    /// Deletes every run, and every organization that was seeded. Organizations of `gateway.toml` and their keys stay.
    ///
    /// Returns false and changes nothing while a run is pending or running. Waits for an organization that is being written. The
    /// file keeps its size.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn reset(&self) -> Result<bool> {
        let _turn = self.seeding.lock().await;
        let mut tx = self.write_without_foreign_keys().await?;
        if tx.has_unfinished_runs().await? {
            tx.rollback().await?;
            return Ok(false);
        }
        tx.delete_all_runs().await?;
        let seeded: Vec<i64> = sqlx::query_scalar("SELECT id FROM organizations WHERE source = ?")
            .bind(SEEDED)
            .fetch_all(&mut tx)
            .await?;
        for organization in seeded {
            tx.delete_organization(organization).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
