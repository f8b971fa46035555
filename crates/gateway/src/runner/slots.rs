//! Limits how many runs are executed at the same time.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use txjobs_store::{Run, Store};

use super::handle::RunnerHandle;
use crate::clock::{Moment, RunClock, SharedClock, micros};

/// The shortest wait that is logged.
const MIN_WAIT: Duration = Duration::from_secs(1);

/// The slots for running runs.
#[derive(Debug)]
pub(super) struct Slots {
    free: Arc<Semaphore>,
    count: usize,
    clock: SharedClock,
    handle: RunnerHandle,
    /// Since when pending runs wait for a slot.
    full_since: Option<Moment>,
}

/// How long a run waited for its slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitTime {
    time: Duration,
    count: usize,
}

impl Slots {
    pub fn new(count: usize, clock: SharedClock, handle: RunnerHandle) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), count, clock, handle, full_since: None }
    }

    /// Acquires a slot as soon as one is free. Dropping the permit frees the slot.
    pub async fn acquire(&mut self) -> OwnedSemaphorePermit {
        if let Ok(slot) = Arc::clone(&self.free).try_acquire_owned() {
            return slot;
        }
        let clock = &self.clock;
        self.full_since.get_or_insert_with(|| clock.moment());
        self.handle.set_full(Some(self.count));
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(&self.free).acquire_owned().await else { std::future::pending().await };
        self.handle.set_full(None);
        slot
    }

    /// Notes that there is a free slot and no pending run.
    pub fn set_idle(&mut self) {
        self.full_since = None;
    }

    /// Returns how long this run, which was just claimed, waited for its slot, or `None` for a short wait.
    pub async fn wait_time(&self, store: &dyn Store, run: &Run, clock: &RunClock) -> Option<WaitTime> {
        let full = self.clock.moment().duration_since(self.full_since?);
        if full < MIN_WAIT {
            return None;
        }
        // This line is not worth a wait for a store that fails.
        let requested_at = store.requested_at(run).await.ok()?;
        let pending = clock.started_at().saturating_sub(requested_at);
        let pending = pending.saturating_sub(micros(self.handle.start_delay()));
        let time = full.min(Duration::from_micros(u64::try_from(pending).unwrap_or_default()));
        (time >= MIN_WAIT).then_some(WaitTime { time, count: self.count })
    }
}

impl Display for WaitTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = humantime::format_duration(Duration::from_secs(self.time.as_secs()));
        let Self { count, .. } = self;
        write!(f, "Waited {seconds} for a free slot: {count} of {count} runs were running.")
    }
}
