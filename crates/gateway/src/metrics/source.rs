//! Where metrics come from that are read when they are asked for.

use txjobs_store::SharedStore;

use super::runs::RunMetrics;
use crate::clock::SharedClock;
use crate::schedule::Schedules;

/// The store of a process that has one, and the metrics of its runs.
#[derive(Clone, Debug)]
pub struct MetricsSource {
    /// The store.
    pub store: SharedStore,
    /// The metrics of runs, which begin with the newest success of each job in the store.
    pub runs: RunMetrics,
    /// The schedules, whose next due times are shown.
    pub schedules: Schedules,
    /// The clock.
    pub clock: SharedClock,
}
