//! Keys remembered on this device. It connects the vault with the keys in memory and the state of the page.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use leptos::prelude::set_interval;
use txjobs_sdk::ApiKey;
use web_sys::Event;

use crate::{browser, dom::on_window, profile, state::App, tell, vault};

thread_local! {
    static KEYS: RefCell<Vec<(String, ApiKey)>> = RefCell::default();
    /// Time of the last user input, in milliseconds since 1970.
    static USED: Cell<i64> = const { Cell::new(0) };
}

/// Name of the setting with the number of keys in the vault.
const KEPT: &str = "txjobs.kept";

/// Choices for the number of minutes without use after which the vault is locked. The second is the default.
pub const MINUTES: [(i64, &str); 3] = [(10, "10 minutes"), (30, "30 minutes"), (240, "4 hours")];

/// Returns the key of a profile if it is in memory.
pub fn key_of(id: &str) -> Option<ApiKey> {
    KEYS.with_borrow(|keys| keys.iter().find(|(of, _)| of == id).map(|(_, key)| key.clone()))
}

/// Keeps the key of a profile in memory.
pub fn hold(id: String, key: ApiKey) {
    KEYS.with_borrow_mut(|keys| {
        keys.retain(|(of, _)| *of != id);
        keys.push((id, key));
    });
}

/// Removes the key of a profile from memory.
pub fn release(id: &str) {
    KEYS.with_borrow_mut(|keys| keys.retain(|(of, _)| of != id));
}

/// Unlocks the vault and loads its keys into memory. Returns false if the passphrase is wrong.
pub async fn unlock(app: App, passphrase: &str) -> bool {
    let Some(found) = vault::unlock(passphrase).await else { return false };
    found.into_iter().for_each(|(id, key)| hold(id, key));
    use_now();
    app.is_open.set(true);
    true
}

/// Whether the vault had keys at the last visit.
pub fn has_kept() -> bool {
    browser::recall(KEPT).is_some_and(|kept| kept != "0")
}

/// Returns the profile ids of the keys in the vault.
pub async fn names() -> Vec<String> {
    let names = vault::names().await;
    if has_kept() == names.is_empty() {
        browser::remember(KEPT, &names.len().to_string());
    }
    names
}

/// Stores a key in the unlocked vault.
pub async fn remember(app: App, id: &str, key: &ApiKey) {
    vault::keep(id, key).await;
    app.remembered.set(names().await);
}

/// Removes the key of a profile from the vault.
pub async fn forget(app: App, id: String) {
    vault::forget(&id).await;
    let left = names().await;
    if left.is_empty() {
        app.is_open.set(false);
    }
    app.remembered.set(left);
}

/// Removes a profile and its keys in memory and in the vault.
pub fn forget_profile(app: App, id: String) {
    app.profiles.update(|all| all.retain(|profile| profile.id() != id));
    app.profiles.with_untracked(|all| profile::remember(all));
    app.chosen.set(app.profiles.with_untracked(|all| all.first().cloned().unwrap_or_default()));
    release(&id);
    browser::spawn(forget(app, id));
}

/// Locks the vault and removes its keys from memory.
pub fn lock(app: App) {
    vault::lock();
    let remembered = app.remembered.get_untracked();
    remembered.iter().for_each(|id| release(id));
    app.is_open.set(false);
    let session = app.session.get_untracked();
    if session.is_some_and(|session| remembered.contains(&session.profile.id())) {
        app.leave();
    }
}

/// Locks the vault after a time without use. Waiting for a watched run with notifications on counts as use.
pub fn lock_when_unused(app: App) {
    for event in ["pointerdown", "keydown", "wheel"] {
        on_window(event, |_: Event| use_now());
    }
    use_now();
    let look = move || {
        if !app.watched.with_untracked(Vec::is_empty) && tell::is_on() {
            use_now();
        }
        let unused = browser::now() - USED.get();
        if app.is_open.get_untracked() && unused > app.lock_after.get_untracked() * 60_000 {
            app.was_locked.set(true);
            lock(app);
        }
    };
    set_interval(look, Duration::from_secs(5));
}

fn use_now() {
    USED.set(browser::now());
}
