//! Deletes the runs that are no longer kept.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::sleep;
use txjobs_store::SharedStore;
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::config::{Config, RetentionPolicy};

/// The time between two deletions.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Deletes old runs of the declared jobs.
#[derive(Debug)]
pub struct RunCleaner {
    store: SharedStore,
    clock: SharedClock,
    jobs: Vec<LimitedJob>,
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
        let limited = config.jobs().filter(|(_, job)| !job.retention.keeps_all());
        let jobs = limited.map(|(organization, job)| LimitedJob {
            organization: organization.name.clone(),
            name: job.name.clone(),
            id: job.id,
            policy: job.retention,
        });
        Self { store, clock, jobs: jobs.collect() }
    }

    /// Deletes old runs now and every hour. Several nodes may do it at the same time.
    pub async fn clean_forever(&self) -> Infallible {
        loop {
            self.clean().await;
            sleep(INTERVAL).await;
        }
    }

    /// Deletes old runs. A failure is logged, and concerns only its job.
    pub async fn clean(&self) {
        for LimitedJob { organization, name, id, policy } in &self.jobs {
            match self.store.delete_old_runs(*id, policy.at(self.clock.now())).await {
                Ok(0) => {}
                Ok(runs) => tracing::info!(organization, job = name, runs, "old runs were deleted"),
                Err(error) => {
                    tracing::error!(organization, job = name, "old runs could not be deleted: {error:#}");
                }
            }
        }
    }
}
