//! Locks the vault after a time without use.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_interval_fn::use_interval_fn;

use crate::{
    state::{Connection, Jobs, Preferences},
    utils::{notification, time},
};

/// How often the time since the last use is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The events that count as use.
const USES: [&str; 5] = ["pointermove", "pointerdown", "keydown", "wheel", "focus"];

/// The time of the last use of the page.
#[derive(Clone, Copy, Debug)]
pub struct AutoLock {
    /// In milliseconds since 1970.
    waiting_until: StoredValue<i64>,
    preferences: Preferences,
}

impl AutoLock {
    /// Locks the vault after a time without use, and provides the handle as a context.
    pub fn provide(connection: Connection, preferences: Preferences) -> Self {
        let auto_lock = Self { waiting_until: StoredValue::new(0), preferences };
        let last_used = StoredValue::new(time::now());
        for event in USES {
            let listener = window_event_listener_untyped(event, move |_| last_used.set_value(time::now()));
            on_cleanup(move || listener.remove());
        }
        let check = move || {
            let last_used = last_used.get_value().max(auto_lock.waiting_until.get_value());
            let limit = i64::from(untrack(|| preferences.lock_after_minutes())) * 60_000;
            if connection.vault.is_unlocked.get_untracked() && time::now() - last_used > limit {
                connection.vault.was_auto_locked.set(true);
                connection.lock_vault();
            }
        };
        use_interval_fn(check, CHECK_INTERVAL.as_millis() as u64);
        provide_context(auto_lock);
        auto_lock
    }

    /// Waiting for a watched run with notifications on counts as use.
    pub fn count_waiting_as_use(self, jobs: Jobs) {
        let record = move || {
            let has_watched_runs = !jobs.watched_runs.with_untracked(Vec::is_empty);
            let notifies = self.preferences.notifies.get_untracked() && notification::is_permitted();
            if has_watched_runs && notifies {
                self.waiting_until.set_value(time::now());
            }
        };
        use_interval_fn(record, CHECK_INTERVAL.as_millis() as u64);
    }
}
