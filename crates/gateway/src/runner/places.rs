//! Limits how many runs are executed at the same time.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Control;
use crate::clock::{Clock, Moment, RunClock, micros};
use txjobs_store::{Run, Store};

// A shorter wait is not logged.
const MIN_WAIT: Duration = Duration::from_secs(1);

/// The places for runs, and since when all of them are taken.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    count: usize,
    clock: Clock,
    control: Control,
    /// Since when pending runs wait for a place.
    full_since: Option<Moment>,
}

/// How long a run waited for its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitTime {
    time: Duration,
    count: usize,
}

impl Places {
    pub fn new(count: usize, clock: Clock, control: Control) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), count, clock, control, full_since: None }
    }

    /// Takes a place as soon as one is free. Dropping the permit frees the place.
    pub async fn take(&mut self) -> OwnedSemaphorePermit {
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            return place;
        }
        let clock = &self.clock;
        self.full_since.get_or_insert_with(|| clock.moment());
        self.control.set_full(Some(self.count));
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&self.free).acquire_owned().await else { std::future::pending().await };
        self.control.set_full(None);
        place
    }

    /// Notes that there is a free place and no pending run.
    pub fn set_idle(&mut self) {
        self.full_since = None;
    }

    /// Returns how long this run, which was just claimed, waited for its place; `None` for a short wait.
    pub async fn waited(&self, store: &Store, run: &Run, clock: &RunClock) -> Option<WaitTime> {
        let full = self.full_since?.elapsed(&self.clock);
        if full < MIN_WAIT {
            return None;
        }
        // Do not wait for a store that does not answer just to write this line.
        let requested_at = store.requested_at(run).await.ok()?;
        let pending = clock.started_at().saturating_sub(requested_at);
        let pending = pending.saturating_sub(micros(self.control.pick_up()));
        let time = full.min(Duration::from_micros(u64::try_from(pending).unwrap_or_default()));
        (time >= MIN_WAIT).then_some(WaitTime { time, count: self.count })
    }
}

impl Display for WaitTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = humantime::format_duration(Duration::from_secs(self.time.as_secs()));
        let Self { count, .. } = self;
        write!(f, "Waited {seconds} for a free place: {count} of {count} runs were running.")
    }
}
