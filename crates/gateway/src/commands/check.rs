//! `check`: lists the jobs of the configuration.

use anyhow::{Result, bail};

use crate::clock::system_time;
use crate::config::{Config, Job, Organization};
use crate::output::{note, print};
use crate::relay::HeldKey;

/// Lists the jobs, and reports those that cannot start on this machine.
///
/// # Errors
///
/// Fails if a job cannot start.
pub fn run(config: &Config) -> Result<()> {
    if let Some(relay) = &config.relay {
        HeldKey::read(&relay.key)?;
        note(&format!("The configuration is valid. The gateway relays to {}.", relay.upstream_address()));
        return Ok(());
    }
    let now = system_time();
    let line = |(organization, job): (&Organization, &Job)| {
        let schedule = job.schedule.as_ref().map(|schedule| format!("\t{}", schedule.describe(now)));
        let schedule = schedule.unwrap_or_default();
        format!("{}\t{}\t{}\t{}{schedule}\n", organization.name, job.id, job.name, job.work.describe())
    };
    print(&config.jobs().map(line).collect::<String>())?;
    let problems = config.start_problems();
    problems.iter().for_each(|problem| note(problem));
    let (organizations, jobs) = (config.organizations.len(), config.jobs().count());
    if !problems.is_empty() {
        bail!("Jobs that cannot start here: {} of {jobs}.", problems.len());
    }
    note(&format!("The configuration is valid. Organizations: {organizations}, jobs: {jobs}."));
    Ok(())
}
