//! `check`: lists the jobs and the channels of the configuration.

use anyhow::{Result, bail};

use crate::clock::system_time;
use crate::config::{Config, Job, Organization};
use crate::notify::Channel;
use crate::output::{note, print};
use crate::relay::HeldKey;

/// Lists the jobs and the channels, and reports those that cannot start or send on this machine.
///
/// # Errors
///
/// Fails if a job cannot start, or if a channel can send nothing.
pub fn run(config: &Config) -> Result<()> {
    if let Some(relay) = &config.relay {
        HeldKey::read(&relay.key)?;
    }
    let now = system_time();
    let job = |(organization, job): (&Organization, &Job)| {
        let schedule = job.schedule.as_ref().map(|schedule| format!("\t{}", schedule.describe(now)));
        let schedule = schedule.unwrap_or_default();
        format!("{}\t{}\t{}\t{}{schedule}\n", organization.name, job.id, job.name, job.work.describe())
    };
    let channel = |channel: &Channel| {
        format!("channel\t{}\t{}\t{}\n", channel.name, channel.describe(), channel.event_names())
    };
    print(&config.jobs().map(job).chain(config.channels.iter().map(channel)).collect::<String>())?;
    let (start_problems, send_problems) = (config.start_problems(), config.send_problems());
    start_problems.iter().chain(&send_problems).for_each(|problem| note(problem));
    let (organizations, jobs) = (config.organizations.len(), config.jobs().count());
    let channels = config.channels.len();
    let problems: Vec<_> = [
        ("Jobs that cannot start here", start_problems.len(), jobs),
        ("Channels that cannot send here", send_problems.len(), channels),
    ]
    .into_iter()
    .filter(|(_, count, _)| *count > 0)
    .map(|(what, count, all)| format!("{what}: {count} of {all}."))
    .collect();
    if !problems.is_empty() {
        bail!("{}", problems.join(" "));
    }
    let channels = match channels {
        0 => String::new(),
        count => format!(", channels: {count}"),
    };
    note(&match &config.relay {
        Some(relay) => {
            format!(
                "The configuration is valid. The gateway relays to {}{channels}.",
                relay.upstream_address()
            )
        }
        None => {
            format!("The configuration is valid. Organizations: {organizations}, jobs: {jobs}{channels}.")
        }
    });
    Ok(())
}
