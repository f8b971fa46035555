//! API keys, of which the store knows nothing but hashes.

use subtle::ConstantTimeEq;

use crate::time::Micros;
use crate::{OrganizationId, Result, Store, WriteTransaction};

/// A key as `keys list` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The organization's name.
    pub organization: String,
    /// The key's name.
    pub name: String,
    /// When it was made.
    pub created_at: Micros,
    /// Whether the organization is still in the configuration: otherwise the key is refused.
    pub declared: bool,
}

/// What became of a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddKey {
    /// It is kept.
    Added,
    /// The organization has a key of this name.
    NameTaken,
    /// The organization has as many keys as it may have.
    TooMany,
}

/// The SHA-256 hash of an API key. Salt and stretching are not needed, because a key has 32 random bytes.
pub type KeyHash = [u8; 32];

/// The maximum number of keys of an organization, as in the vendor's service.
pub const MAX_KEYS: usize = 5;

impl Store {
    /// Accepts the key with this hash as well, as long as this process runs. It is not stored, so that it ends with the
    /// process.
    pub fn accept_demo_key(&self, organization: OrganizationId, hash: KeyHash) {
        // There is one demo per process.
        let _ = self.demo_key.set((organization, hash));
    }

    /// Returns the organization of the demo key, if this is its hash.
    pub fn organization_of_demo_key(&self, hash: &KeyHash) -> Option<OrganizationId> {
        let (organization, demo) = self.demo_key.get()?;
        bool::from(demo.ct_eq(hash)).then_some(*organization)
    }

    /// Stores the hash of a new key.
    pub async fn add_key(
        &self,
        organization: OrganizationId,
        name: &str,
        hash: &KeyHash,
        now: Micros,
    ) -> Result<AddKey> {
        let mut tx = self.write().await?;
        let added = insert(&mut tx, &NewKey { organization, name, hash, now }).await?;
        tx.commit().await?;
        Ok(added)
    }

    /// Every key, in the order in which the keys were made.
    pub async fn keys(&self) -> Result<Vec<KeyEntry>> {
        let rows: Vec<(String, String, Micros, bool)> = sqlx::query_as(
            "SELECT o.name, k.name, k.created_at, o.declared FROM api_keys k
             JOIN organizations o ON o.id = k.organization ORDER BY o.name, k.created_at, k.id",
        )
        .fetch_all(&self.readers)
        .await?;
        let entry = |(organization, name, created_at, declared)| KeyEntry {
            organization,
            name,
            created_at,
            declared,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Forgets a key; false if there is none of this name. The organization need not be declared any longer.
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

/// A key on its way to the store.
pub(super) struct NewKey<'a> {
    pub organization: OrganizationId,
    pub name: &'a str,
    pub hash: &'a KeyHash,
    pub now: Micros,
}

pub(super) async fn insert(tx: &mut WriteTransaction, key: &NewKey<'_>) -> Result<AddKey> {
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM api_keys WHERE organization = ?")
        .bind(key.organization)
        .fetch_all(&mut *tx)
        .await?;
    if names.iter().any(|n| n == key.name) {
        return Ok(AddKey::NameTaken);
    }
    if names.len() >= MAX_KEYS {
        return Ok(AddKey::TooMany);
    }
    sqlx::query("INSERT INTO api_keys (organization, name, hash, created_at) VALUES (?, ?, ?, ?)")
        .bind(key.organization)
        .bind(key.name)
        .bind(key.hash.as_slice())
        .bind(key.now)
        .execute(&mut *tx)
        .await?;
    Ok(AddKey::Added)
}
