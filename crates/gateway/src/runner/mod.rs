//! "The application" of the contract: claims pending runs, runs them, writes their lines, ends them.

mod command;
mod control;
mod leftover;
mod log;
mod output;
mod places;
mod processes;
mod run;
mod script;
mod splitter;
mod start;
mod started;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use control::Control;
pub use leftover::recover;

use self::places::Places;
use self::started::Started;
use crate::clock::{Clock, RunClock, micros};
use crate::config::Work;
use txjobs_store::Store;

// `Control::wake` is what starts a run. This finds what was requested while nobody could wake the runner.
const POLL: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_secs(1);
// How long failing writes are repeated once the gateway stops.
const MAX_FINAL_WRITE_TIME: Duration = Duration::from_secs(5);

/// Two wishes to end, the second one less patient.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// Begin nothing new; end what runs, letting it clean up.
    pub soon: CancellationToken,
    /// Let nothing clean up.
    pub now: CancellationToken,
}

/// Runs the jobs.
#[derive(Clone, Debug)]
pub struct Runner {
    store: Store,
    clock: Clock,
    control: Control,
    works: Arc<HashMap<Uuid, Work>>,
    concurrency: usize,
    stop: Stop,
    /// Cancels the repetition of failing writes.
    give_up: CancellationToken,
}

impl Runner {
    /// A runner for these jobs, with at most `concurrency` runs at a time.
    pub fn new(
        store: Store,
        clock: Clock,
        control: Control,
        works: HashMap<Uuid, Work>,
        concurrency: usize,
        stop: Stop,
    ) -> Self {
        Self {
            store,
            clock,
            control,
            works: Arc::new(works),
            concurrency,
            stop,
            give_up: CancellationToken::new(),
        }
    }

    /// Works until it is to stop, and until everything that ran has ended.
    pub async fn work(self) {
        let mut places = Places::new(self.concurrency, self.clock.clone(), self.control.clone());
        let runs = TaskTracker::new();
        let mut started = Started::default();
        let orphans = tokio::spawn(processes::reap_orphans());
        loop {
            let place = tokio::select! {
                biased;
                () = self.stop.soon.cancelled() => break,
                place = places.take() => place,
            };
            let Some((run, clock)) = self.next(&mut places).await else { break };
            if !started.insert(run.id) {
                tracing::error!(trigger = %run.trigger_id, "the store gave out a run twice; it is not started again");
                continue;
            }
            let waited = places.waited(&self.store, &run, &clock).await;
            let runner = self.clone();
            runs.spawn(async move {
                runner.execute(run, clock, waited).await;
                // Another run of the job may have waited for this one.
                runner.control.wake();
                drop(place);
            });
        }
        runs.close();
        let ends = async {
            tokio::select! {
                () = self.stop.now.cancelled() => {}
                () = tokio::time::sleep(MAX_FINAL_WRITE_TIME) => {}
            }
            self.give_up.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = runs.wait() => {}
            () = ends => {}
        }
        orphans.abort();
    }

    /// Returns the next run with its wait time; `None` when it is time to stop.
    async fn next(&self, places: &mut Places) -> Option<(txjobs_store::Run, RunClock)> {
        loop {
            if self.stop.soon.is_cancelled() {
                return None;
            }
            let clock = RunClock::start(&self.clock);
            let now = clock.started_at();
            let pick_up = self.control.pick_up();
            let wait = match self.store.claim_run(now, now.saturating_sub(micros(pick_up))).await {
                Ok(Some(run)) => return Some((run, clock)),
                Ok(None) => {
                    places.set_idle();
                    POLL
                }
                Err(error) => {
                    tracing::error!("the store failed; pending runs wait: {error:#}");
                    RETRY
                }
            };
            tokio::select! {
                () = self.control.woken() => {}
                // Not the adjustable clock: this is how the runner works, not what it shows.
                () = tokio::time::sleep(wait) => {}
                () = self.clock.sleep(pick_up), if !pick_up.is_zero() => {}
                () = self.stop.soon.cancelled() => {}
            }
        }
    }
}

/// Repeats a write until it succeeds, so that a full disk delays a run's end and does not lose it. Returns `None` if the store
/// still fails when it is time to give up; then the next start ends the run.
async fn insist<T, F: Future<Output = txjobs_store::Result<T>>>(
    give_up: &CancellationToken,
    mut write: impl FnMut() -> F,
) -> Option<T> {
    loop {
        match write().await {
            Ok(value) => return Some(value),
            Err(error) => tracing::error!("a log could not be written to the store; trying again: {error:#}"),
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = give_up.cancelled() => return None,
        }
    }
}
