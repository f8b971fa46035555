//! Where metrics come from that are read when they are asked for.

use txjobs_store::SharedStore;

use super::runs::RunMetrics;

/// The store of a process that has one, and the metrics of its runs.
#[derive(Clone, Debug)]
pub struct MetricsSource {
    /// The store.
    pub store: SharedStore,
    /// The metrics of runs, which begin with the newest success of each job in the store.
    pub runs: RunMetrics,
}
