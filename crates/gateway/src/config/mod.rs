//! The configuration file, `gateway.toml`: the organizations, their jobs, and what the jobs run.

mod command_job;
mod declared_job;
mod duration;
mod labels;
mod model;
mod read;
mod retention;

pub use command_job::CommandJob;
pub use declared_job::DeclaredJob;
pub use duration::ConfigDuration;
pub use labels::deserialize_label;
pub use model::{Config, Job, Organization};
pub use read::{load, parse};
pub use retention::{RetentionPolicy, RetentionTable};

/// Returns the command of the first job of a configuration.
#[cfg(test)]
pub(crate) fn parse_command(text: &str, directory: &std::path::Path) -> crate::command::Command {
    let file: toml::Table = toml::from_str(text).unwrap();
    let job = file["organization"][0]["job"][0].clone();
    job.try_into::<CommandJob>().unwrap().into_command(directory).unwrap()
}
