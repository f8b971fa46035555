//! Keys remembered on this device. It connects the vault with the keys in memory and the state of the page.

use std::{cell::Cell, time::Duration};

use leptos::prelude::set_interval;
use txjobs_sdk::ApiKey;
use web_sys::Event;

use crate::{browser, dom::on_window, key_store, notifications, saved_profiles, state::App, vault};

thread_local! {
    /// Time of the last user input, in milliseconds since 1970.
    static LAST_USED: Cell<i64> = const { Cell::new(0) };
}

/// Name of the setting with the number of keys in the vault.
const VAULT_SIZE: &str = "txjobs.vault-size";

/// Unlocks the vault and loads its keys into memory. Returns false if the passphrase is wrong.
pub async fn unlock(app: App, passphrase: &str) -> bool {
    let Some(found) = vault::unlock(passphrase).await else { return false };
    found.into_iter().for_each(|(id, key)| key_store::insert(id, key));
    record_use();
    app.is_vault_unlocked.set(true);
    true
}

/// Returns whether the vault had keys at the last visit.
pub fn has_stored_keys() -> bool {
    browser::read_setting(VAULT_SIZE).is_some_and(|size| size != "0")
}

/// Returns the profile ids of the keys in the vault.
pub async fn profile_ids() -> Vec<String> {
    let ids = vault::names().await;
    if has_stored_keys() == ids.is_empty() {
        browser::write_setting(VAULT_SIZE, &ids.len().to_string());
    }
    ids
}

/// Stores a key in the unlocked vault.
pub async fn remember(app: App, id: &str, key: &ApiKey) {
    vault::store(id, key).await;
    app.remembered.set(profile_ids().await);
}

/// Removes the key of a profile from the vault.
pub async fn forget(app: App, id: String) {
    vault::remove(&id).await;
    let remaining = profile_ids().await;
    if remaining.is_empty() {
        app.is_vault_unlocked.set(false);
    }
    app.remembered.set(remaining);
}

/// Removes a profile and its keys in memory and in the vault.
pub fn remove_profile(app: App, id: String) {
    app.profiles.update(|all| all.retain(|profile| profile.id() != id));
    app.profiles.with_untracked(|all| saved_profiles::save(all));
    app.profile.set(app.profiles.with_untracked(|all| all.first().cloned().unwrap_or_default()));
    key_store::remove(&id);
    browser::spawn(forget(app, id));
}

/// Locks the vault and removes its keys from memory.
pub fn lock(app: App) {
    vault::lock();
    let remembered = app.remembered.get_untracked();
    remembered.iter().for_each(|id| key_store::remove(id));
    app.is_vault_unlocked.set(false);
    let session = app.session.get_untracked();
    if session.is_some_and(|session| remembered.contains(&session.profile.id())) {
        app.close();
    }
}

/// Locks the vault after a time without use. Waiting for a watched run with notifications on counts as use.
pub fn lock_when_idle(app: App) {
    for event in ["pointerdown", "keydown", "wheel"] {
        on_window(event, |_: Event| record_use());
    }
    record_use();
    let check = move || {
        if !app.watched_runs.with_untracked(Vec::is_empty) && notifications::is_enabled() {
            record_use();
        }
        let idle_millis = browser::now() - LAST_USED.get();
        if app.is_vault_unlocked.get_untracked()
            && idle_millis > app.lock_after_minutes.get_untracked() * 60_000
        {
            app.was_auto_locked.set(true);
            lock(app);
        }
    };
    set_interval(check, Duration::from_secs(5));
}

fn record_use() {
    LAST_USED.set(browser::now());
}
