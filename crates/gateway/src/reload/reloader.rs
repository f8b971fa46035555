//! The task that reads the configuration again.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::sleep;
use txjobs_sdk::ExecutionState;
use txjobs_store::{ErrorKind, SharedStore};

use super::changes::ConfigChanges;
use super::declared_jobs::DeclaredJobs;
use super::source::ConfigSource;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::metrics::RunMetrics;
use crate::notify::Notifications;
use crate::reload_requests::ReloadRequests;
use crate::retention::RunCleaner;
use crate::runner::{self, RunnableJobs, RunnerHandle};
use crate::running_node::warn_of_start_problems;
use crate::schedule::Schedules;
use crate::store_call::within;

/// The pause before a configuration is tried again that a failing store did not take.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The longest time for writing a configuration into the database.
const MAX_DECLARE_TIME: Duration = Duration::from_secs(120);

/// What follows the configuration.
#[derive(Debug)]
pub(crate) struct ReloadTargets {
    pub store: SharedStore,
    pub clock: SharedClock,
    pub handle: RunnerHandle,
    pub jobs: DeclaredJobs,
    pub schedules: Schedules,
    pub notifications: Notifications,
    /// The jobs that this node runs, which has these labels. `None`: it runs no jobs.
    pub runnable: Option<(RunnableJobs, Vec<String>)>,
    /// `None`: other nodes delete old runs.
    pub cleaner: Option<RunCleaner>,
    pub metrics: RunMetrics,
}

/// Replaces the configuration when its file changes.
#[derive(Debug)]
pub(crate) struct Reloader {
    source: ConfigSource,
    current: Config,
    targets: ReloadTargets,
}

/// Whether a reload that has failed is tried again without a further change of the file.
enum Retry {
    Soon,
    Never,
}

impl Reloader {
    /// Creates the reloader of a configuration that is in use.
    pub fn new(source: ConfigSource, current: Config, targets: ReloadTargets) -> Self {
        Self { source, current, targets }
    }

    /// Reads the file again whenever it changes or a reload is requested.
    pub async fn reload_forever(mut self, mut requests: ReloadRequests) -> Infallible {
        let mut retry = Retry::Never;
        loop {
            tokio::select! {
                () = self.source.watched.changed() => {}
                () = requests.next() => self.source.watched.note_use().await,
                () = sleep(RETRY_INTERVAL), if matches!(retry, Retry::Soon) => {}
            }
            retry = self.reload().await;
        }
    }

    async fn reload(&mut self) -> Retry {
        let path = self.source.path.display().to_string();
        match self.replace().await {
            Ok(changes) => {
                tracing::info!("the configuration {path} was reloaded: {changes}");
                Retry::Never
            }
            Err(error) => {
                tracing::error!(
                    "the configuration was not reloaded, and the earlier one stays in use: {error:#}"
                );
                match error.downcast_ref::<txjobs_store::Error>() {
                    Some(error) if error.kind() != ErrorKind::Conflict => Retry::Soon,
                    _ => Retry::Never,
                }
            }
        }
    }

    /// Replaces the configuration, or leaves the current one in use.
    async fn replace(&mut self) -> Result<ConfigChanges> {
        let new = self.source.load_in_background().await?;
        if let Some(reason) = self.current.restart_reason(&new) {
            bail!("{reason}");
        }
        let changes = ConfigChanges::between(&self.current, &new);
        let ReloadTargets {
            store,
            clock,
            handle,
            jobs,
            schedules,
            notifications,
            runnable,
            cleaner,
            metrics,
        } = &self.targets;
        // A client can execute a new job as soon as it is in the store. It stays known after a failure, which can come later.
        jobs.replace_with_added(&self.current, &new);
        let scheduled = new.schedules();
        let channels = new.channel_set();
        let declared = async {
            store.declare(&new.declared()).await?;
            store.declare_schedules(&scheduled.declared(), clock.now()).await?;
            store.declare_channels(&channels.declared(), clock.now()).await
        };
        within(MAX_DECLARE_TIME, declared)
            .await
            .context("The jobs of the configuration could not be written to the database")?;
        jobs.replace(&new);
        schedules.set(scheduled);
        notifications.set(channels);
        metrics.set_jobs(new.job_names());
        if let Some((runnable, labels)) = runnable {
            runnable.set(new.runnable_jobs(labels, store.is_shared()));
            warn_of_start_problems(&new);
        }
        if let Some(cleaner) = cleaner {
            cleaner.set_jobs(&new);
        }
        self.current = new;
        handle.wake();
        // The same as at a start. A failure is not one of the configuration.
        match runner::end_orphaned_runs(&**store, clock).await {
            Ok(ended) => {
                for run in ended {
                    metrics.record_end(run.job, ExecutionState::Failed, clock.now(), None);
                }
            }
            Err(error) => tracing::error!("runs of removed jobs could not be ended: {error:#}"),
        }
        Ok(changes)
    }
}
