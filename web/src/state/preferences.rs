//! What the user prefers. Kept in the browser's storage and shared with its other tabs.

use codee::string::FromToStringCodec;
use leptos::prelude::*;
use leptos_use_storage::use_local_storage;

use super::theme::{Theme, apply_theme};
use crate::profiles::key_store;

/// The preferences.
#[derive(Clone, Copy, Debug)]
pub struct Preferences {
    pub theme: Signal<Theme>,
    set_theme: WriteSignal<Theme>,
    /// Whether times are shown in UTC instead of the local time zone.
    pub utc: Signal<bool>,
    set_utc: WriteSignal<bool>,
    /// After how many minutes without use the vault is locked.
    pub lock_after_minutes: Signal<u32>,
    set_lock_after_minutes: WriteSignal<u32>,
    /// Whether long log lines are wrapped.
    pub wraps_lines: Signal<bool>,
    set_wraps_lines: WriteSignal<bool>,
    /// Whether the browser shows a notification when a run ends.
    pub notifies: Signal<bool>,
    set_notifies: WriteSignal<bool>,
}

impl Preferences {
    /// Reads the preferences and provides them as a context.
    pub fn provide() -> Self {
        let (theme, set_theme, _) = use_local_storage::<Theme, FromToStringCodec>("txjobs.theme");
        apply_theme(theme);
        let (utc, set_utc, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.utc");
        let (wraps_lines, set_wraps_lines, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.wrap");
        let (notifies, set_notifies, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.notify");
        let (minutes, set_lock_after_minutes, _) = use_local_storage::<u32, FromToStringCodec>("txjobs.lock");
        // Zero means that nothing is stored.
        let lock_after_minutes = Signal::derive(move || match minutes.get() {
            0 => key_store::DEFAULT_LOCK_MINUTES,
            minutes => minutes,
        });
        let preferences = Self {
            theme,
            set_theme,
            utc,
            set_utc,
            lock_after_minutes,
            set_lock_after_minutes,
            wraps_lines,
            set_wraps_lines,
            notifies,
            set_notifies,
        };
        provide_context(preferences);
        preferences
    }

    pub fn set_theme(self, theme: Theme) {
        self.set_theme.set(theme);
    }

    pub fn set_utc(self, utc: bool) {
        self.set_utc.set(utc);
    }

    pub fn set_lock_after_minutes(self, minutes: u32) {
        self.set_lock_after_minutes.set(minutes);
    }

    pub fn set_wraps_lines(self, wraps: bool) {
        self.set_wraps_lines.set(wraps);
    }

    pub fn set_notifies(self, notifies: bool) {
        self.set_notifies.set(notifies);
    }
}
