//! The settings of the job that are not in the table.

use std::time::Duration;

use regex::RegexSet;

/// The settings of the job that are not in the table.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "kubernetes"), expect(dead_code, reason = "this build has no Kubernetes"))]
pub(in crate::config) struct RunSettings {
    pub timeout: Option<Duration>,
    pub error: RegexSet,
    pub warning: RegexSet,
    pub completed: Vec<i32>,
}
