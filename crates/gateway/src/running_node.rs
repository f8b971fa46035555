//! A node that takes part, with or without a runner. `serve` and `run` start one.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use txjobs_sdk::ExecutionState;
use txjobs_store::SharedStore;

use crate::clock::SharedClock;
use crate::config::Config;
use crate::metrics::RunMetrics;
use crate::node::{self, Membership, NodeOptions};
use crate::notifier::spawn_notifier;
use crate::notify::Notifications;
use crate::runner::{self, RunnableJobs, Runner, RunnerHandle, RunnerOptions, Shutdown, WorkResolver};
use crate::schedule::Schedules;
use crate::scheduler::spawn_scheduler;

/// The longest time to remove the node from the database at the end.
const MAX_LEAVE_TIME: Duration = Duration::from_secs(2);
/// The longest time for killed processes to end on an immediate shutdown.
const MAX_KILL_TIME: Duration = Duration::from_secs(1);

/// What a node shares with the server of its process.
pub(crate) struct NodeParts {
    pub clock: SharedClock,
    pub handle: RunnerHandle,
    pub resolver: Arc<dyn WorkResolver>,
    pub shutdown: Shutdown,
    pub metrics: RunMetrics,
}

/// A node that takes part, and its runner, if it has one.
pub(crate) struct RunningNode {
    membership: Membership,
    runner: Option<Runner>,
    store: SharedStore,
    clock: SharedClock,
    handle: RunnerHandle,
    shutdown: Shutdown,
    /// The jobs that the runner executes. `None`: there is no runner.
    pub runnable: Option<RunnableJobs>,
    /// The schedules of the configuration.
    pub schedules: Schedules,
    /// The channels of the configuration.
    pub notifications: Notifications,
    /// Canceled when the shutdown has begun and every run has ended.
    pub idle: CancellationToken,
}

impl RunningNode {
    /// Stores the organizations, jobs, and schedules of the configuration, registers the node, and ends the runs that earlier
    /// processes left unfinished.
    ///
    /// # Errors
    ///
    /// Fails if the store fails, or if a job id belongs to the history of another organization.
    pub async fn start(
        config: &Config,
        store: SharedStore,
        options: NodeOptions,
        parts: NodeParts,
    ) -> Result<Self> {
        let NodeParts { clock, handle, resolver, shutdown, metrics } = parts;
        let declared = store.declare(&config.declared()).await;
        declared.context("The jobs of the configuration could not be written to the database")?;
        if options.concurrency > 0 {
            warn_of_start_problems(config);
        }
        let joined = Membership::join(
            Arc::clone(&store),
            node::describe(&options),
            Arc::clone(&clock),
            handle.clone(),
            metrics.clone(),
        )
        .await;
        let (membership, leases) = joined.context("The node could not be registered in the database")?;
        // Before the first run ends.
        let declared = store.declare_channels(&config.channel_set().declared(), clock.now()).await;
        declared.context("The notifications of the configuration could not be written to the database")?;
        let recovered = async {
            let nodes = store.nodes().await?;
            let ended = node::ended_nodes(&nodes, membership.lease().node, store.is_shared());
            runner::recover(&*store, &clock, &*resolver, &ended).await
        };
        let recovered = recovered.await.context("The runs of an earlier gateway could not be ended")?;
        for run in recovered {
            metrics.record_end(run.job, ExecutionState::Failed, clock.now(), None);
        }
        // After the clock follows the database.
        let scheduled = config.schedules();
        let declared = store.declare_schedules(&scheduled.declared(), clock.now()).await;
        declared.context("The schedules of the configuration could not be written to the database")?;
        let schedules = Schedules::default();
        schedules.set(scheduled);
        let notifications = Notifications::default();
        notifications.set(config.channel_set());
        let runnable = RunnableJobs::default();
        runnable.set(config.runnable_jobs(&options.labels, store.is_shared()));
        let has_runner = options.concurrency > 0;
        let runner_options =
            RunnerOptions { concurrency: options.concurrency.into(), jobs: runnable.clone(), metrics };
        let runner = has_runner.then(|| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Runner::new(store, clock, handle.clone(), resolver, runner_options, leases, shutdown.clone())
        });
        Ok(Self {
            membership,
            runner,
            store,
            clock,
            handle,
            shutdown,
            schedules,
            notifications,
            runnable: has_runner.then_some(runnable),
            idle: CancellationToken::new(),
        })
    }

    /// Runs jobs, and polls `other` as well, until everything has ended after a signal.
    pub async fn work_until_shutdown(self, other: impl Future<Output = ()>) {
        let Self { store, clock, handle, schedules, notifications, shutdown, idle, .. } = self;
        let (mut membership, runner) = (self.membership, self.runner);
        // In a task of its own: many due times of a long downtime take time to compute.
        let _scheduling = spawn_scheduler(
            Arc::clone(&store),
            Arc::clone(&clock),
            handle.clone(),
            schedules,
            shutdown.graceful.clone(),
        );
        // Until the last run has ended.
        let stop_notifier = CancellationToken::new();
        let notifying = spawn_notifier(store, clock, handle, notifications, stop_notifier.clone());
        let runner = async {
            match runner {
                Some(runner) => runner.work().await,
                None => shutdown.graceful.cancelled().await,
            }
            idle.cancel();
        };
        tokio::select! {
            ((), ()) = async { tokio::join!(other, runner) } => {}
            () = membership.keep() => {}
            () = async { shutdown.immediate.cancelled().await; tokio::time::sleep(MAX_KILL_TIME).await } => {}
        }
        stop_notifier.cancel();
        let left = tokio::time::timeout(MAX_LEAVE_TIME, membership.leave());
        let _ = tokio::join!(left, notifying);
    }
}

/// Logs the jobs that cannot start. In the background, because a folder on a file server that does not respond would block
/// the start.
pub(crate) fn warn_of_start_problems(config: &Config) {
    let config = config.clone();
    tokio::task::spawn_blocking(move || {
        config.start_problems().iter().for_each(|problem| tracing::warn!("{problem}"));
    });
}
