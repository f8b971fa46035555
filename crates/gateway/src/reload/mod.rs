//! Replaces the configuration while the node runs.

mod changes;
mod declared_jobs;
mod reloader;
mod restart_notice;
mod source;

pub use declared_jobs::DeclaredJobs;
pub(crate) use reloader::{ReloadTargets, Reloader};
pub(crate) use restart_notice::report_changes_forever;
pub use source::ConfigSource;
