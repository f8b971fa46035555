//! Deletes the runs that are no longer kept.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use txjobs_store::{OrganizationId, SharedStore};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::config::{Config, RetentionPolicy};

/// The time between two deletions.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Deletes old runs of the declared jobs. Clones share the jobs.
#[derive(Clone, Debug)]
pub struct RunCleaner {
    store: SharedStore,
    clock: SharedClock,
    jobs: watch::Sender<Arc<[LimitedJob]>>,
}

/// A job that does not keep all of its runs.
#[derive(Debug)]
struct LimitedJob {
    organization: String,
    name: String,
    id: Uuid,
    policy: RetentionPolicy,
}

impl RunCleaner {
    /// Creates a cleaner for the jobs of a configuration.
    pub fn new(config: &Config, store: SharedStore, clock: SharedClock) -> Self {
        Self { store, clock, jobs: watch::Sender::new(limited_jobs(config)) }
    }

    /// Replaces the jobs by those of a configuration, and deletes their old runs.
    pub fn set_jobs(&self, config: &Config) {
        self.jobs.send_replace(limited_jobs(config));
    }

    /// Deletes old runs now, every hour, and when the jobs change. Several nodes may do it at the same time.
    pub async fn clean_forever(&self) -> Infallible {
        let mut changes = self.jobs.subscribe();
        loop {
            self.clean().await;
            // The time is over, or the jobs have changed.
            let _ = timeout(INTERVAL, changes.changed()).await;
        }
    }

    /// Deletes old runs. A failure is logged, and concerns only its job.
    pub async fn clean(&self) {
        let jobs = Arc::clone(&self.jobs.borrow());
        for job in &*jobs {
            // What is deleted until then stays deleted. A network can hang without an error.
            if timeout(INTERVAL, job.clean(&self.store, &self.clock)).await.is_err() {
                tracing::error!(
                    organization = job.organization,
                    job = job.name,
                    "not all old runs could be deleted within an hour; the next deletion continues"
                );
            }
        }
    }
}

impl LimitedJob {
    async fn clean(&self, store: &SharedStore, clock: &SharedClock) {
        let Self { organization, name, id, policy } = self;
        match store.delete_old_runs(*id, policy.at(clock.now())).await {
            Ok(0) => {}
            Ok(runs) => tracing::info!(organization, job = name, runs, "old runs were deleted"),
            Err(error) => {
                tracing::error!(organization, job = name, "old runs could not be deleted: {error:#}");
            }
        }
    }
}

/// Returns the jobs that do not keep all of their runs.
fn limited_jobs(config: &Config) -> Arc<[LimitedJob]> {
    let limited = config.jobs().filter(|(_, job)| !job.retention.keeps_all());
    let jobs = limited.map(|(organization, job)| LimitedJob {
        organization: organization.name.clone(),
        name: job.name.clone(),
        id: job.id,
        policy: job.retention,
    });
    jobs.collect()
}

/// Deletes old runs of all jobs of an organization now and every hour. Its jobs are in the store and not in the configuration.
pub async fn clean_organization_forever(
    (organization, id): (String, OrganizationId),
    policy: RetentionPolicy,
    store: SharedStore,
    clock: SharedClock,
) -> Infallible {
    loop {
        let jobs = if policy.keeps_all() { Ok(Vec::new()) } else { store.jobs(id).await };
        let jobs = jobs.unwrap_or_else(|error| {
            tracing::error!("old runs could not be deleted: {error:#}");
            Vec::new()
        });
        for (id, name) in jobs {
            LimitedJob { organization: organization.clone(), name, id, policy }.clean(&store, &clock).await;
        }
        sleep(INTERVAL).await;
    }
}
