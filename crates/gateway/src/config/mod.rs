//! The configuration file, `gateway.toml`: the organizations, their jobs, and what the jobs run.

mod declared_job;
mod duration;
mod event_label;
mod gateway_job;
mod http_job;
mod job_digest;
mod key_header;
mod kubernetes_job;
mod labels;
mod location;
mod model;
mod notify;
mod notify_target;
mod read;
mod relay;
mod retention;
mod schedule;
mod schema;
mod toml_text;
mod values;

pub use declared_job::DeclaredJob;
pub use duration::ConfigDuration;
pub use gateway_job::GatewayJob;
pub use job_digest::JobDigest;
pub use labels::deserialize_label;
pub use location::At;
pub use model::{Config, Job, Organization};
pub use read::{load, parse};
pub use relay::{KeySource, RelayConfig};
pub use retention::{RetentionPolicy, RetentionTable};
pub use schedule::{CatchUpLabel, ScheduleKeys};
pub use schema::schema;

/// Returns the command of the first job of a configuration.
#[cfg(test)]
pub(crate) fn parse_command(text: &str, directory: &std::path::Path) -> crate::command::Command {
    read::parse_first_job::<GatewayJob>(text).into_command(directory).unwrap()
}
