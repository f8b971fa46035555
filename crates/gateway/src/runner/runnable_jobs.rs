//! The jobs whose runs a runner executes.

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

/// The jobs whose runs a runner executes; by default all. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RunnableJobs(Arc<RwLock<Option<Arc<[Uuid]>>>>);

impl RunnableJobs {
    /// Replaces the jobs. `None`: all.
    pub fn set(&self, jobs: Option<Arc<[Uuid]>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = jobs;
    }

    /// Returns the jobs. `None`: all.
    pub(super) fn get(&self) -> Option<Arc<[Uuid]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
