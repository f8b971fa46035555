//! Replaces the configuration while the node runs.

mod changes;
mod declared_jobs;
mod reloader;
mod source;

pub use declared_jobs::DeclaredJobs;
pub(crate) use reloader::{ReloadTargets, Reloader};
pub use source::ConfigSource;
