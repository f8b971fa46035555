//! `check`: what the configuration would run.

use anyhow::{Result, bail};

use super::{ConfigFile, note, print};
use crate::config::{self, Config, Work};

pub(super) fn run(file: &ConfigFile) -> Result<()> {
    let config = config::load(&file.config)?;
    let mut lines = String::new();
    for (organization, job) in config.jobs() {
        let what = match &job.work {
            Work::Command(command) => {
                let words = std::iter::once(&command.program).chain(&command.arguments);
                format!("command {:?}", words.collect::<Vec<_>>())
            }
            Work::Script(script) => {
                let lines: u64 = script.outcome.steps.iter().map(|s| u64::from(s.repeat)).sum();
                format!("script of {lines} lines, ends {}", script.outcome.state)
            }
        };
        lines.push_str(&format!("{}\t{}\t{}\t{what}\n", organization.name, job.id, job.name));
    }
    print(&lines)?;
    let problems = start_problems(&config);
    problems.iter().for_each(|problem| note(problem));
    let (organizations, jobs) = (config.organizations.len(), config.jobs().count());
    if !problems.is_empty() {
        bail!("Jobs that cannot start here: {} of {jobs}.", problems.len());
    }
    note(&format!("The configuration is valid. Organizations: {organizations}, jobs: {jobs}."));
    Ok(())
}

/// Returns a sentence for each job whose command cannot start on this machine.
pub(super) fn start_problems(config: &Config) -> Vec<String> {
    let jobs = config.jobs().filter_map(|(organization, job)| match &job.work {
        Work::Command(command) => command.start_problem().map(|problem| {
            format!("The job \"{}\" of \"{}\" cannot start: {problem}.", job.name, organization.name)
        }),
        Work::Script(_) => None,
    });
    jobs.collect()
}
