//! The work of the jobs that the configuration declares.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::config::Config;
use crate::runner::{Work, WorkResolver};

/// The work of each declared job by its id, which follows the configuration. Clones share it. A run goes on with the work it
/// began with.
#[derive(Clone, Debug, Default)]
pub struct DeclaredJobs(Arc<RwLock<HashMap<Uuid, Arc<dyn Work>>>>);

impl DeclaredJobs {
    /// Creates the jobs of a configuration.
    pub fn new(config: &Config) -> Self {
        let jobs = Self::default();
        jobs.replace(config);
        jobs
    }

    /// Replaces all jobs by those of a configuration.
    pub(super) fn replace(&self, config: &Config) {
        *self.write() = config.jobs_by_id();
    }

    /// Replaces all jobs by those of the current configuration and those that only the next one has.
    pub(super) fn replace_with_added(&self, current: &Config, next: &Config) {
        let mut jobs = next.jobs_by_id();
        jobs.extend(current.jobs_by_id());
        *self.write() = jobs;
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Uuid, Arc<dyn Work>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WorkResolver for DeclaredJobs {
    fn resolve(&self, job: Uuid) -> BoxFuture<'_, txjobs_store::Result<Option<Arc<dyn Work>>>> {
        let work = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&job).cloned();
        futures::future::ready(Ok(work)).boxed()
    }
}
