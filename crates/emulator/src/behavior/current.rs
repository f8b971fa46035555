//! The behavior in force.

use std::sync::{Arc, PoisonError, RwLock};

use super::settings::Behavior;

/// The behavior in force. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CurrentBehavior(Arc<RwLock<Arc<Behavior>>>);

impl CurrentBehavior {
    /// Returns the behavior.
    pub fn get(&self) -> Arc<Behavior> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the behavior.
    pub fn set(&self, behavior: Behavior) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(behavior);
    }
}
