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
    pub theme: Signal<Theme>,
    stored_theme: Stored<Theme>,
    /// Whether times are shown in UTC instead of the local time zone.
    pub utc: Signal<bool>,
    stored_utc: Stored<bool>,
    /// After how many minutes without use the vault is locked.
    pub lock_after_minutes: Signal<u32>,
    stored_minutes: Stored<u32>,
    /// Whether long log lines are wrapped.
    pub wraps_lines: Signal<bool>,
    stored_wraps: Stored<bool>,
    /// Whether the browser shows a notification when a run ends.
    pub notifies: Signal<bool>,
    stored_notifies: Stored<bool>,
}

impl Preferences {
    /// Reads the preferences and provides them as a context.
    pub fn provide() -> Self {
        let stored_theme = Stored::new("txjobs.theme");
        let theme = stored_theme.signal();
        apply_theme(theme);
        let stored_utc = Stored::new("txjobs.utc");
        let stored_wraps = Stored::new("txjobs.wrap");
        let stored_notifies = Stored::new("txjobs.notify");
        let stored_minutes = Stored::new("txjobs.lock");
        // Zero means that nothing is stored.
        let lock_after_minutes = Signal::derive(move || match stored_minutes.get() {
            0 => key_store::DEFAULT_LOCK_MINUTES,
            minutes => minutes,
        });
        let preferences = Self {
            theme,
            stored_theme,
            utc: stored_utc.signal(),
            stored_utc,
            lock_after_minutes,
            stored_minutes,
            wraps_lines: stored_wraps.signal(),
            stored_wraps,
            notifies: stored_notifies.signal(),
            stored_notifies,
        };
        provide_context(preferences);
        preferences
    }

    pub fn set_theme(self, theme: Theme) {
        self.stored_theme.set(&theme);
    }

    pub fn set_utc(self, utc: bool) {
        self.stored_utc.set(&utc);
    }

    pub fn set_lock_after_minutes(self, minutes: u32) {
        self.stored_minutes.set(&minutes);
    }

    pub fn set_wraps_lines(self, wraps: bool) {
        self.stored_wraps.set(&wraps);
    }

    pub fn set_notifies(self, notifies: bool) {
        self.stored_notifies.set(&notifies);
    }
}
