//! API keys, of which the store knows nothing but hashes.

use sqlx::{Sqlite, Transaction};

use super::{OrganisationId, Result, Store};
use crate::clock::Micros;
use crate::key::{self, KeyHash};

/// A key as `keys list` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The organisation's name.
    pub organisation: String,
    /// The key's name.
    pub name: String,
    /// When it was made.
    pub created_at: Micros,
    /// Whether the organisation is still in the configuration: otherwise the key is refused.
    pub declared: bool,
}

/// What became of a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddKey {
    /// It is kept.
    Added,
    /// The organisation has a key of this name.
    NameTaken,
    /// The organisation has as many keys as it may have.
    TooMany,
}

impl Store {
    /// Keeps the hash of a new key, in place of an earlier one of the same name if `replace` says so.
    pub async fn add_key(
        &self,
        organisation: OrganisationId,
        name: &str,
        hash: &KeyHash,
        now: Micros,
        replace: bool,
    ) -> Result<AddKey> {
        let mut tx = self.write().await?;
        let added = insert(&mut tx, &NewKey { organisation, name, hash, now, replace }).await?;
        tx.commit().await?;
        Ok(added)
    }

    /// Every key, in the order in which the keys were made.
    pub async fn keys(&self) -> Result<Vec<KeyEntry>> {
        let rows: Vec<(String, String, Micros, bool)> = sqlx::query_as(
            "SELECT o.name, k.name, k.created_at, o.declared FROM api_keys k
             JOIN organisations o ON o.id = k.organisation ORDER BY o.name, k.created_at, k.id",
        )
        .fetch_all(&self.readers)
        .await?;
        let entry = |(organisation, name, created_at, declared)| KeyEntry {
            organisation,
            name,
            created_at,
            declared,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Forgets a key; false if there is none of this name. The organisation need not be declared any longer.
    pub async fn revoke_key(&self, organisation: &str, name: &str) -> Result<bool> {
        let done = sqlx::query(
            "DELETE FROM api_keys WHERE name = ? AND organisation = (SELECT id FROM organisations WHERE name = ?)",
        )
        .bind(name)
        .bind(organisation)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// A key on its way to the store.
pub(super) struct NewKey<'a> {
    pub organisation: OrganisationId,
    pub name: &'a str,
    pub hash: &'a KeyHash,
    pub now: Micros,
    /// Whether it takes the place of an earlier one of the same name.
    pub replace: bool,
}

pub(super) async fn insert(tx: &mut Transaction<'_, Sqlite>, key: &NewKey<'_>) -> Result<AddKey> {
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM api_keys WHERE organisation = ?")
        .bind(key.organisation)
        .fetch_all(&mut **tx)
        .await?;
    let taken = names.iter().any(|n| n == key.name);
    if taken && !key.replace {
        return Ok(AddKey::NameTaken);
    }
    if !taken && names.len() >= key::PER_ORGANISATION {
        return Ok(AddKey::TooMany);
    }
    sqlx::query(
        "INSERT INTO api_keys (organisation, name, hash, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (organisation, name) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at",
    )
    .bind(key.organisation)
    .bind(key.name)
    .bind(key.hash.as_slice())
    .bind(key.now)
    .execute(&mut **tx)
    .await?;
    Ok(AddKey::Added)
}
