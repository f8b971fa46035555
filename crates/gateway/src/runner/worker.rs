//! The loop that claims pending runs and executes them.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use txjobs_store::{Claim, ClaimedRun, ErrorKind, SharedStore};

use super::executing_runs::ExecutingRuns;
use super::handle::RunnerHandle;
use super::lease::{Lease, Leases};
use super::retry::RETRY_INTERVAL;
use super::run::{Assignment, Executor, execute};
use super::runnable_jobs::RunnableJobs;
use super::shutdown::Shutdown;
use super::slots::Slots;
use super::started_runs::StartedRuns;
use super::work::WorkResolver;
use crate::clock::{RunClock, SharedClock, micros};
use crate::metrics::RunMetrics;
use crate::store_call::within;
use crate::telemetry;

/// `RunnerHandle::wake` starts a run. This finds runs that were requested while no handle could wake the runner.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The longest time of a claim.
const MAX_CLAIM_TIME: Duration = Duration::from_secs(60);
/// How long failing writes are repeated after the start of the shutdown.
const MAX_FINAL_WRITE_TIME: Duration = Duration::from_secs(5);

/// What a runner executes.
#[derive(Clone, Debug)]
pub struct RunnerOptions {
    /// The most runs at the same time.
    pub concurrency: usize,
    /// The jobs whose runs it executes.
    pub jobs: RunnableJobs,
    /// Where the ends of runs are recorded.
    pub metrics: RunMetrics,
}

/// Runs the jobs.
#[derive(Debug)]
pub struct Runner {
    executor: Executor,
    options: RunnerOptions,
    leases: Leases,
}

impl Runner {
    /// Creates a runner of the node with these leases.
    pub fn new(
        store: SharedStore,
        clock: SharedClock,
        handle: RunnerHandle,
        resolver: Arc<dyn WorkResolver>,
        options: RunnerOptions,
        leases: Leases,
        shutdown: Shutdown,
    ) -> Self {
        let give_up = CancellationToken::new();
        let metrics = options.metrics.clone();
        let executor = Executor { store, clock, handle, resolver, shutdown, give_up, metrics };
        Self { executor, options, leases }
    }

    /// Runs jobs until the shutdown, and returns when everything that ran has ended.
    pub async fn work(self) {
        let Self { executor, options, mut leases } = self;
        let mut slots = Slots::new(options.concurrency, executor.clock.clone(), executor.handle.clone());
        let runs = TaskTracker::new();
        let mut started = StartedRuns::default();
        let executing = ExecutingRuns::default();
        let orphans = tokio::spawn(txjobs_processes::reap_orphans());
        loop {
            let slot = tokio::select! {
                biased;
                () = executor.shutdown.graceful.cancelled() => break,
                slot = slots.acquire() => slot,
            };
            let next = next_run(&executor, &options, &mut leases, &executing, &mut slots).await;
            let Some((claimed, clock, lease)) = next else { break };
            let run = claimed.run;
            let entry = executing.insert(run.number);
            if claimed.resume_token.is_none() && !started.insert(run.id) {
                tracing::error!(run = %run.unique_id(), "the store returned a run twice; it is not started again");
                // Otherwise the store would return it with the next claim.
                entry.keep();
                continue;
            }
            let wait_time = slots.wait_time(&*executor.store, &run, &clock).await;
            let assignment = Assignment { claimed, clock, wait_time, lost: lease.lost.child_token() };
            let executor = executor.clone();
            let span = telemetry::run_span(run.job, run.unique_id());
            let run = async move {
                execute(&executor, assignment).await;
                // Another run of the job may have waited for this one.
                executor.handle.wake();
                executor.handle.note_end();
                drop((entry, slot));
            };
            runs.spawn(run.instrument(span));
        }
        runs.close();
        let give_up = async {
            tokio::select! {
                () = executor.shutdown.immediate.cancelled() => {}
                () = tokio::time::sleep(MAX_FINAL_WRITE_TIME) => {}
            }
            executor.give_up.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = runs.wait() => {}
            () = give_up => {}
        }
        orphans.abort();
    }
}

/// Claims the next run and starts its clock. Returns `None` on a shutdown.
async fn next_run(
    executor: &Executor,
    options: &RunnerOptions,
    leases: &mut Leases,
    executing: &ExecutingRuns,
    slots: &mut Slots,
) -> Option<(ClaimedRun, RunClock, Lease)> {
    let Executor { store, clock, handle, shutdown, .. } = executor;
    loop {
        let lease = tokio::select! {
            biased;
            () = shutdown.graceful.cancelled() => return None,
            lease = leases.current() => lease,
        };
        let run_clock = RunClock::start(clock);
        let now = run_clock.started_at();
        let start_delay = handle.start_delay();
        let jobs = options.jobs.get();
        let claim = Claim {
            node: lease.node,
            executing: &executing.numbers(),
            jobs: jobs.as_deref(),
            now,
            requested_until: now.saturating_sub(micros(start_delay)),
        };
        // A claim that takes longer may have been committed. Then the store returns the run again.
        let wait = match within(MAX_CLAIM_TIME, store.claim_run(claim)).await {
            Ok(Some(claimed)) => return Some((claimed, run_clock, lease)),
            Ok(None) => {
                slots.set_idle();
                POLL_INTERVAL
            }
            Err(error) if error.kind() == ErrorKind::NotOwner => RETRY_INTERVAL,
            Err(error) => {
                tracing::error!("the store failed; pending runs wait: {error:#}");
                RETRY_INTERVAL
            }
        };
        tokio::select! {
            () = handle.woken() => {}
            // Not by the gateway's clock, which may stand still.
            () = tokio::time::sleep(wait) => {}
            () = clock.sleep(start_delay), if !start_delay.is_zero() => {}
            () = shutdown.graceful.cancelled() => {}
        }
    }
}
