//! The API keys in memory, one for each profile that was connected since the page was opened.

use std::cell::RefCell;

use txjobs_sdk::ApiKey;

use crate::text::t;

thread_local! {
    static KEYS: RefCell<Vec<(String, ApiKey)>> = RefCell::default();
}

pub const DEFAULT_LOCK_MINUTES: u32 = 30;

/// Returns the choices for the number of minutes without use after which the vault is locked.
pub fn lock_choices() -> [(u32, &'static str); 3] {
    [(10, t("10 minutes")), (DEFAULT_LOCK_MINUTES, t("30 minutes")), (240, t("4 hours"))]
}

/// Returns the key of a profile if it is in memory.
pub fn get(profile_id: &str) -> Option<ApiKey> {
    KEYS.with_borrow(|keys| keys.iter().find(|(id, _)| id == profile_id).map(|(_, key)| key.clone()))
}

/// Keeps the key of a profile in memory.
pub fn insert(profile_id: String, key: ApiKey) {
    KEYS.with_borrow_mut(|keys| {
        keys.retain(|(id, _)| *id != profile_id);
        keys.push((profile_id, key));
    });
}

/// Removes the key of a profile from memory.
pub fn remove(profile_id: &str) {
    KEYS.with_borrow_mut(|keys| keys.retain(|(id, _)| id != profile_id));
}
