//! How long ended runs are kept.

use crate::time::Micros;

/// Which ended runs of a job are deleted. A run that either limit does not keep is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Delete the runs that ended before this time.
    pub ended_before: Option<Micros>,
    /// Keep this number of the newest runs.
    pub max_runs: Option<u32>,
}
