//! What the user prefers. Kept in the browser's storage and shared with its other tabs.

use leptos::prelude::*;

use super::{
    stored::Stored,
    theme::{Theme, apply_theme},
};
use crate::profiles::key_store;

/// The preferences.
#[derive(Clone, Copy, Debug)]
pub struct Preferences {
    pub theme: Stored<Theme>,
    /// Whether times are shown in UTC instead of the local time zone.
    pub utc: Stored<bool>,
    /// Whether long log lines are wrapped.
    pub wraps_lines: Stored<bool>,
    /// Whether the browser shows a notification when a run ends.
    pub notifies: Stored<bool>,
    /// Zero means that nothing is stored.
    lock_after_minutes: Stored<u32>,
}

impl Preferences {
    /// Reads the preferences and provides them as a context.
    pub fn provide() -> Self {
        let preferences = Self {
            theme: Stored::new("txjobs.theme"),
            utc: Stored::new("txjobs.utc"),
            wraps_lines: Stored::new("txjobs.wrap"),
            notifies: Stored::new("txjobs.notify"),
            lock_after_minutes: Stored::new("txjobs.lock"),
        };
        apply_theme(preferences.theme);
        provide_context(preferences);
        preferences
    }

    /// Returns after how many minutes without use the vault is locked.
    pub fn lock_after_minutes(self) -> u32 {
        match self.lock_after_minutes.get() {
            0 => key_store::DEFAULT_LOCK_MINUTES,
            minutes => minutes,
        }
    }

    pub fn set_lock_after_minutes(self, minutes: u32) {
        self.lock_after_minutes.set(minutes);
    }
}
