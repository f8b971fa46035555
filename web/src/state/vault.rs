//! Keys remembered on this device: the vault, and which of its keys are known.

use leptos::prelude::*;
use txjobs_sdk::ApiKey;

use crate::{
    profiles::{key_store, vault},
    utils::settings,
};

/// Name of the setting with the number of keys in the vault.
const VAULT_SIZE: &str = "txjobs.vault-size";

/// State of the vault, which stores API keys on this device.
#[derive(Clone, Copy, Debug)]
pub struct Vault {
    /// Ids of the profiles whose key is stored in the vault.
    pub remembered: RwSignal<Vec<String>>,
    pub is_unlocked: RwSignal<bool>,
    /// Whether the vault was locked because the page was idle.
    pub was_auto_locked: RwSignal<bool>,
}

impl Vault {
    /// Creates the state of a locked vault with keys of these profiles.
    pub fn new(remembered: Vec<String>) -> Self {
        Self {
            remembered: RwSignal::new(remembered),
            is_unlocked: RwSignal::new(false),
            was_auto_locked: RwSignal::new(false),
        }
    }

    /// Unlocks the vault and loads its keys into memory. Returns false if the passphrase is wrong.
    pub async fn unlock(self, passphrase: &str) -> bool {
        let Some(found) = vault::unlock(passphrase).await else { return false };
        found.into_iter().for_each(|(id, key)| key_store::insert(id, key));
        self.is_unlocked.set(true);
        true
    }

    /// Stores a key in the unlocked vault.
    pub async fn remember(self, id: &str, key: &ApiKey) {
        vault::store(id, key).await;
        self.reload().await;
    }

    /// Removes the key of a profile from the vault.
    pub async fn forget(self, id: &str) {
        vault::remove(id).await;
        self.reload().await;
    }

    /// Reads which keys the vault has.
    pub async fn reload(self) {
        let remembered = profile_ids().await;
        if remembered.is_empty() {
            self.is_unlocked.set(false);
        }
        self.remembered.set(remembered);
    }

    /// Locks the vault and removes its keys from memory.
    pub fn lock(self) {
        vault::lock();
        self.remembered.with_untracked(|ids| ids.iter().for_each(|id| key_store::remove(id)));
        self.is_unlocked.set(false);
    }
}

/// Returns whether the vault had keys at the last visit.
pub fn has_stored_keys() -> bool {
    settings::read(VAULT_SIZE).is_some_and(|size| size != "0")
}

/// Returns the profile ids of the keys in the vault.
pub async fn profile_ids() -> Vec<String> {
    let ids = vault::names().await;
    if has_stored_keys() == ids.is_empty() {
        settings::write(VAULT_SIZE, &ids.len().to_string());
    }
    ids
}
