//! When the user looked at this server last. Kept in the browser's storage for each profile.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_interval_fn::use_interval_fn;

use super::stored::Stored;
use crate::{model::overview::Visits, utils::time};

/// How often the page records that it is open.
const RECORD_INTERVAL: Duration = Duration::from_secs(30);

/// The last visit.
#[derive(Clone, Copy, Debug)]
pub struct LastVisit {
    visits: Stored<Visits>,
}

impl LastVisit {
    /// Begins or continues a visit of the server with this profile id, and provides the store as a context.
    pub fn provide(profile_id: &str) -> Self {
        let key = format!("txjobs.visits {profile_id}");
        let visits = Stored::<Visits>::new(&key);
        let record = move || visits.set(visits.get_untracked().at(time::now()));
        record();
        use_interval_fn(
            move || {
                if !time::is_hidden() {
                    record();
                }
            },
            RECORD_INTERVAL.as_millis() as u64,
        );
        let visit = Self { visits };
        provide_context(visit);
        visit
    }

    /// Returns until when the user has seen the runs, in milliseconds since 1970. `None` at the first visit.
    pub fn seen_until(self) -> Option<i64> {
        Some(self.visits.get().seen_until).filter(|millis| *millis > 0)
    }

    /// Records that the user has seen all runs.
    pub fn mark_all_seen(self) {
        self.visits.set(self.visits.get_untracked().all_seen(time::now()));
    }
}
