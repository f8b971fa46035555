//! API keys.

use async_trait::async_trait;

use super::store::PostgresStore;
use crate::error::Result;
use crate::identifiers::{KeyId, OrganizationId};
use crate::keys::{AddKeyOutcome, KeyEntry, KeyRow, KeyStore, MAX_KEYS, NewKey};
use crate::time::Micros;

#[async_trait]
impl KeyStore for PostgresStore {
    async fn add_key(&self, organization: OrganizationId, key: NewKey<'_>) -> Result<AddKeyOutcome> {
        let mut tx = self.begin().await?;
        // Keys that are added at the same time are counted one after the other.
        sqlx::query("SELECT 1 FROM organizations WHERE id = $1 FOR UPDATE")
            .bind(organization)
            .execute(&mut tx)
            .await?;
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM api_keys WHERE organization = $1")
            .bind(organization)
            .fetch_all(&mut tx)
            .await?;
        if names.iter().any(|taken| taken == key.name) {
            return Ok(AddKeyOutcome::NameTaken);
        }
        if names.len() >= MAX_KEYS {
            return Ok(AddKeyOutcome::LimitReached);
        }
        sqlx::query(
            "INSERT INTO api_keys (organization, name, hash, scopes, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(organization)
        .bind(key.name)
        .bind(key.hash.as_slice())
        .bind(key.scopes.bits())
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(AddKeyOutcome::Added)
    }

    async fn keys(&self) -> Result<Vec<KeyEntry>> {
        let mut tx = self.begin().await?;
        let rows: Vec<KeyRow> = sqlx::query_as(
            "SELECT o.name, k.name, k.scopes, k.created_at, k.expires_at, u.last_used_at, o.is_active FROM api_keys k
             JOIN organizations o ON o.id = k.organization LEFT JOIN key_uses u ON u.key = k.id
             ORDER BY o.name COLLATE \"C\", k.created_at, k.id",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(KeyEntry::from).collect())
    }

    async fn revoke_key(&self, organization: &str, name: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "DELETE FROM api_keys WHERE name = $1 AND organization = (SELECT id FROM organizations WHERE name = $2)",
        )
        .bind(name)
        .bind(organization)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn expire_key(&self, organization: &str, name: &str, at: Option<Micros>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "UPDATE api_keys SET expires_at = $1
             WHERE name = $2 AND organization = (SELECT id FROM organizations WHERE name = $3)",
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
        // In the order of the keys, so that nodes that record the same keys do not wait for each other in a circle.
        let mut uses = uses.to_vec();
        uses.sort_unstable();
        let (keys, times): (Vec<_>, Vec<_>) = uses.into_iter().unzip();
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO key_uses (key, last_used_at)
             SELECT k.id, max(u.time) FROM unnest($1, $2) AS u (key, time) JOIN api_keys k ON k.id = u.key
             GROUP BY k.id ORDER BY k.id
             ON CONFLICT (key) DO UPDATE SET last_used_at = greatest(key_uses.last_used_at, excluded.last_used_at)",
        )
        .bind(keys)
        .bind(times)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }
}
