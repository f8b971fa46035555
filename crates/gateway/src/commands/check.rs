//! `check`: what the configuration would run.

use anyhow::Result;

use super::ConfigFile;
use crate::config::{self, Work};

pub(super) fn run(file: &ConfigFile) -> Result<()> {
    let config = config::load(&file.config)?;
    for (organisation, job) in config.jobs() {
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
        println!("{}\t{}\t{}\t{what}", organisation.name, job.id, job.name);
    }
    let (organisations, jobs) = (config.organisations.len(), config.jobs().count());
    eprintln!("The configuration is valid. Organisations: {organisations}, jobs: {jobs}.");
    Ok(())
}
