//! API keys, of which the store has the hashes only.

use crate::error::Result;
use crate::identifiers::{KeyHash, OrganizationId};
use crate::store::Store;
use crate::time::Micros;
use crate::transaction::WriteTransaction;

/// A key of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The name of the organization.
    pub organization: String,
    /// The name of the key.
    pub name: String,
    /// When it was created.
    pub created_at: Micros,
    /// Whether the organization is active. Otherwise the key is refused.
    pub is_active: bool,
}

/// The outcome of adding a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddKeyOutcome {
    /// The key is stored.
    Added,
    /// The organization has a key of this name.
    NameTaken,
    /// The organization has [`MAX_KEYS`] keys.
    LimitReached,
}

/// The maximum number of keys of an organization, as in the vendor's service.
pub const MAX_KEYS: usize = 5;

impl Store {
    /// Stores the hash of a new key.
    ///
    /// # Errors
    ///
    /// Fails if another key has this hash, or if the database fails.
    pub async fn add_key(
        &self,
        organization: OrganizationId,
        name: &str,
        hash: &KeyHash,
        now: Micros,
    ) -> Result<AddKeyOutcome> {
        let mut tx = self.write().await?;
        let outcome = tx.add_key(organization, name, hash, now).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    /// Returns the keys of all organizations, in the order of the organizations' names and of the keys' creation.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn keys(&self) -> Result<Vec<KeyEntry>> {
        let rows: Vec<(String, String, Micros, bool)> = sqlx::query_as(
            "SELECT o.name, k.name, k.created_at, o.is_active FROM api_keys k
             JOIN organizations o ON o.id = k.organization ORDER BY o.name, k.created_at, k.id",
        )
        .fetch_all(&self.read_pool)
        .await?;
        let entry = |(organization, name, created_at, is_active)| KeyEntry {
            organization,
            name,
            created_at,
            is_active,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Deletes a key. Returns false if no key has this name. The organization need not be active.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn revoke_key(&self, organization: &str, name: &str) -> Result<bool> {
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
}

impl WriteTransaction {
    /// Adds the hash of a new key.
    ///
    /// # Errors
    ///
    /// Fails if another key has this hash, or if the database fails.
    pub async fn add_key(
        &mut self,
        organization: OrganizationId,
        name: &str,
        hash: &KeyHash,
        now: Micros,
    ) -> Result<AddKeyOutcome> {
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM api_keys WHERE organization = ?")
            .bind(organization)
            .fetch_all(&mut *self)
            .await?;
        if names.iter().any(|taken| taken == name) {
            return Ok(AddKeyOutcome::NameTaken);
        }
        if names.len() >= MAX_KEYS {
            return Ok(AddKeyOutcome::LimitReached);
        }
        sqlx::query("INSERT INTO api_keys (organization, name, hash, created_at) VALUES (?, ?, ?, ?)")
            .bind(organization)
            .bind(name)
            .bind(hash.as_slice())
            .bind(now)
            .execute(self)
            .await?;
        Ok(AddKeyOutcome::Added)
    }
}
