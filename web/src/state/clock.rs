//! The current time, and how times are shown.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_document_visibility::use_document_visibility;
use leptos_use_interval_fn::use_interval_fn;
use txjobs_sdk::Timestamp;
use web_sys::VisibilityState;

use super::{preferences::Preferences, stored::Stored};
use crate::{
    model::{format::Zone, schedule},
    utils::{effects::effect, time},
};

/// How often relative times on the screen change.
const TICK: Duration = Duration::from_secs(1);

/// The current time in the user's time zone.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Milliseconds since 1970, updated every second while the page is visible.
    pub now: RwSignal<i64>,
    utc: Stored<bool>,
}

impl Clock {
    /// Starts the clock and provides it as a context. Requires [`Preferences`].
    pub fn provide() -> Self {
        let now = RwSignal::new(time::now());
        let visibility = use_document_visibility();
        let update = move || {
            if visibility.get_untracked() == VisibilityState::Visible {
                now.set(time::now());
            }
        };
        use_interval_fn(update, TICK.as_millis() as u64);
        // Without this, the page would show old times for a moment after it becomes visible again.
        effect(move || {
            visibility.track();
            update();
        });
        let clock = Self { now, utc: expect_context::<Preferences>().utc };
        provide_context(clock);
        clock
    }

    pub fn zone(self) -> Zone {
        if self.utc.get() { Zone::UTC } else { time::LOCAL }
    }

    /// Returns the current time as a timestamp.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.get())
    }

    /// Formats a time for people, for example `today 02:00`.
    pub fn format(self, at: Timestamp) -> String {
        self.zone().day_and_time(at, self.now.get())
    }

    /// Formats the next due time of a job, for example `tomorrow 02:00` or `was due Tuesday 02:00`.
    pub fn format_due(self, due: Timestamp) -> String {
        schedule::due_time(due, self.now.get(), self.zone())
    }
}
