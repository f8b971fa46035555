//! API keys.

use async_trait::async_trait;

use super::connection::transaction::WriteTransaction;
use super::store::SqliteStore;
use crate::error::Result;
use crate::identifiers::{KeyId, OrganizationId};
use crate::keys::{AddKeyOutcome, KeyEntry, KeyRow, KeyStore, MAX_KEYS, NewKey};
use crate::time::Micros;

#[async_trait]
impl KeyStore for SqliteStore {
    async fn add_key(&self, organization: OrganizationId, key: NewKey<'_>) -> Result<AddKeyOutcome> {
        let mut tx = self.write().await?;
        let outcome = tx.add_key(organization, key).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    async fn keys(&self) -> Result<Vec<KeyEntry>> {
        let rows: Vec<KeyRow> = sqlx::query_as(
            "SELECT o.name, k.name, k.scopes, k.created_at, k.expires_at, u.last_used_at, o.is_active FROM api_keys k
             JOIN organizations o ON o.id = k.organization LEFT JOIN key_uses u ON u.key = k.id
             ORDER BY o.name, k.created_at, k.id",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows.into_iter().map(KeyEntry::from).collect())
    }

    async fn revoke_key(&self, organization: &str, name: &str) -> Result<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "DELETE FROM api_keys WHERE name = ? AND organization = (SELECT id FROM organizations WHERE name = ?)",
        )
        .bind(name)
        .bind(organization)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn expire_key(&self, organization: &str, name: &str, at: Option<Micros>) -> Result<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE api_keys SET expires_at = ?
             WHERE name = ? AND organization = (SELECT id FROM organizations WHERE name = ?)",
        )
        .bind(at)
        .bind(name)
        .bind(organization)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn record_key_uses(&self, uses: &[(KeyId, Micros)]) -> Result<()> {
        let mut tx = self.write().await?;
        for (key, time) in uses {
            sqlx::query(
                "INSERT INTO key_uses (key, last_used_at) SELECT id, ?2 FROM api_keys WHERE id = ?1
                 ON CONFLICT (key) DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)",
            )
            .bind(key)
            .bind(time)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await
    }
}

impl WriteTransaction {
    /// Adds a new key.
    ///
    /// # Errors
    ///
    /// Fails if another key has this hash, or if the database fails.
    pub async fn add_key(&mut self, organization: OrganizationId, key: NewKey<'_>) -> Result<AddKeyOutcome> {
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM api_keys WHERE organization = ?")
            .bind(organization)
            .fetch_all(&mut *self)
            .await?;
        if names.iter().any(|taken| taken == key.name) {
            return Ok(AddKeyOutcome::NameTaken);
        }
        if names.len() >= MAX_KEYS {
            return Ok(AddKeyOutcome::LimitReached);
        }
        sqlx::query(
            "INSERT INTO api_keys (organization, name, hash, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(organization)
        .bind(key.name)
        .bind(key.hash.as_slice())
        .bind(key.scopes.bits())
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute(self)
        .await?;
        Ok(AddKeyOutcome::Added)
    }
}
