//! Registers this process as a node, sends its heartbeats, and gives up its runs before other nodes may declare it gone.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use txjobs_sdk::ExecutionState;
use txjobs_store::{ErrorKind, NodeInfo, Result, SharedStore};

use crate::clock::SharedClock;
use crate::metrics::RunMetrics;
use crate::runner::{Lease, Leases, RunnerHandle, end_orphaned_runs};
use crate::store_call::within;

/// The time between two heartbeats. A cancellation that another node accepted takes at most this long.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);
/// The pause after a heartbeat that failed.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// The longest time of a heartbeat.
const MAX_HEARTBEAT_TIME: Duration = Duration::from_secs(5);
/// Without a heartbeat for this long, a node ends its own runs.
const FENCE_TIME: Duration = Duration::from_secs(30);
/// Without a heartbeat for this long, other nodes declare a node gone and end its runs. The difference is for killed processes.
const MAX_SILENCE: Duration = Duration::from_secs(45);
/// The time between two searches for nodes that are gone.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The membership of this process among the nodes of the database.
#[derive(Debug)]
pub struct Membership {
    store: SharedStore,
    info: NodeInfo,
    clock: SharedClock,
    handle: RunnerHandle,
    metrics: RunMetrics,
    lease: Lease,
    sender: watch::Sender<Lease>,
}

impl Membership {
    /// Registers this process. Returns the receiver of its leases.
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn join(
        store: SharedStore,
        info: NodeInfo,
        clock: SharedClock,
        handle: RunnerHandle,
        metrics: RunMetrics,
    ) -> Result<(Self, Leases)> {
        let lease = Lease::new(store.register_node(&info).await?);
        if store.is_shared() {
            clock.synchronize(store.time().await?);
        }
        let (sender, leases) = Leases::new(lease.clone());
        Ok((Self { store, info, clock, handle, metrics, lease, sender }, leases))
    }

    /// Returns the current lease.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Keeps the membership as long as this is polled. In a database that only this node uses, the lock of the file does that.
    pub async fn keep(&mut self) {
        if !self.store.is_shared() {
            return std::future::pending().await;
        }
        let sweep = sweep_forever(self.store.clone(), self.clock.clone(), self.metrics.clone());
        tokio::select! {
            () = self.renew_forever() => {}
            () = sweep => {}
        }
    }

    /// Deletes the node, whose runs must have ended.
    pub async fn leave(self) {
        if let Err(error) = self.store.delete_node(self.lease.node).await {
            tracing::warn!(
                "the node could not be removed from the database; it is declared gone later: {error:#}"
            );
        }
    }

    async fn renew_forever(&mut self) {
        loop {
            self.renew_until_lost().await;
            tracing::error!(
                node = %self.lease.node,
                "the node could not reach the database for too long; its runs are ended"
            );
            self.lease.lost.cancel();
            self.lease = self.register_again().await;
            tracing::info!(node = %self.lease.node, "the node takes part again");
            self.sender.send_replace(self.lease.clone());
        }
    }

    /// Sends heartbeats, until the node is gone or has not reached the database for too long.
    async fn renew_until_lost(&self) {
        let mut renewed_at = Instant::now();
        let mut has_failed = false;
        loop {
            let sent_at = Instant::now();
            let fence = renewed_at + FENCE_TIME;
            let heartbeat = within(MAX_HEARTBEAT_TIME, self.store.heartbeat(self.lease.node));
            let reply = tokio::select! {
                biased;
                // Also after the process was stopped and continued: first of all, its runs end.
                () = sleep_until(fence) => return,
                reply = heartbeat => reply,
            };
            let pause = match reply {
                Ok(heartbeat) => {
                    // From the start of the request, because the database may have noted it then.
                    renewed_at = sent_at;
                    self.clock.synchronize(heartbeat.time);
                    heartbeat.canceled.iter().for_each(|number| self.handle.cancel_number(*number));
                    if std::mem::take(&mut has_failed) {
                        tracing::info!("the database responds again");
                    }
                    HEARTBEAT_INTERVAL
                }
                Err(error) if error.kind() == ErrorKind::NotOwner => return,
                Err(error) => {
                    if !std::mem::replace(&mut has_failed, true) {
                        tracing::error!("the database does not respond: {error:#}");
                    }
                    RETRY_INTERVAL
                }
            };
            tokio::select! {
                biased;
                () = sleep_until(renewed_at + FENCE_TIME) => return,
                () = sleep(pause) => {}
            }
        }
    }

    async fn register_again(&self) -> Lease {
        loop {
            match within(MAX_HEARTBEAT_TIME, self.store.register_node(&self.info)).await {
                Ok(node) => return Lease::new(node),
                Err(error) => tracing::debug!("the node could not be registered: {error:#}"),
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}

/// Ends the runs of nodes that are gone, and those that they left behind of jobs that are no longer declared.
async fn sweep_forever(store: SharedStore, clock: SharedClock, metrics: RunMetrics) {
    loop {
        sleep(SWEEP_INTERVAL).await;
        match store.sweep(MAX_SILENCE).await {
            Ok(runs) => {
                for run in runs {
                    metrics.record_end(run.job, ExecutionState::Failed, clock.now(), None);
                    tracing::warn!(job = %run.job, run = %run.unique_id(), node = %run.node, "the node of a run is gone; the run ended as failed");
                }
            }
            Err(error) => tracing::debug!("nodes that are gone could not be searched: {error:#}"),
        }
        match end_orphaned_runs(&*store, &clock).await {
            Ok(runs) => {
                for run in runs {
                    metrics.record_end(run.job, ExecutionState::Failed, clock.now(), None);
                }
            }
            Err(error) => tracing::debug!("runs of removed jobs could not be searched: {error:#}"),
        }
    }
}
