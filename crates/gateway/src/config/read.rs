//! From `gateway.toml` to a checked configuration. Every complaint names the job and says what to do.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::http::HeaderName;
use encoding_rs::{Encoding, UTF_8};
use regex::RegexSet;
use txjobs_sdk::{Severity, paths};
use uuid::Uuid;

use super::file::{self, File};
use super::{
    Command, Config, DEFAULT_STOP_GRACE, Job, Organization, Outcome, Script, StandardError, Step, Work,
};
use crate::key;

// Job ids are made of this, the organization's name and the job's name. Changing it would lose every history.
const NAMESPACE: Uuid = Uuid::from_u128(0x8a1d_4c50_9f3e_4b7a_a6d2_5e0c_71b9_e384);
const DAY: Duration = Duration::from_secs(86_400);

/// Reads and checks a configuration file.
///
/// # Errors
///
/// The file cannot be read, or something in it is wrong: a sentence that says what and where.
pub fn load(path: &Path) -> Result<Config> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("The configuration {shown} cannot be read. Name another one with --config, or write it first")
    })?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    parse(&text, &base).with_context(|| format!("The configuration {shown} is not valid"))
}

/// Checks a configuration; `base` is where its relative directories begin.
///
/// # Errors
///
/// Something in it is wrong.
pub fn parse(text: &str, base: &Path) -> Result<Config> {
    let file: File = toml::from_str(text)?;
    ensure!(
        !file.organization.is_empty(),
        "it declares no organization. Begin with [[organization]] and a name"
    );
    let key_header = file.key_header.as_deref().unwrap_or(paths::API_KEY_HEADER);
    let key_header = HeaderName::try_from(key_header)
        .map_err(|_| anyhow!("key_header = {key_header:?} is no name of a request header"))?;
    ensure!(
        !key::is_reserved_header(key_header.as_str()),
        "key_header = {:?} is a header that HTTP uses itself. Choose another one, for example {:?}",
        key_header.as_str(),
        paths::API_KEY_HEADER
    );

    let mut organizations: Vec<Organization> = Vec::new();
    let mut ids = HashMap::new();
    for declared in file.organization {
        let name = declared.name;
        ensure!(!name.trim().is_empty(), "an organization has an empty name");
        ensure!(
            organizations.iter().all(|o| o.name != name),
            "the organization \"{name}\" is declared twice. Put its jobs under one [[organization]]"
        );
        let mut jobs = Vec::new();
        for job in declared.job {
            let job = read_job(job, &name, base)?;
            if let Some(other) = ids.insert(job.id, job.name.clone()) {
                bail!(
                    "the jobs \"{other}\" and \"{}\" have the same id {}. Give one of them an `id` of its own",
                    job.name,
                    job.id
                );
            }
            jobs.push(job);
        }
        organizations.push(Organization { name, jobs });
    }
    Ok(Config { key_header, organizations })
}

fn read_job(job: file::Job, organization: &str, base: &Path) -> Result<Job> {
    ensure!(!job.name.trim().is_empty(), "a job of \"{organization}\" has an empty name");
    let name = job.name.clone();
    let id = job.id.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, format!("{organization}\0{name}").as_bytes()));
    let work = read_work(job, base).with_context(|| format!("the job \"{name}\" of \"{organization}\""))?;
    Ok(Job { id, name, work })
}

fn read_work(mut job: file::Job, base: &Path) -> Result<Work> {
    match (job.command.take(), job.script.take()) {
        (Some(command), None) => Ok(Work::Command(Box::new(read_command(command, job, base)?))),
        (None, Some(script)) => {
            let stray = [
                ("directory", job.directory.is_some()),
                ("environment", job.environment.is_some()),
                ("timeout", job.timeout.is_some()),
                ("stop_grace", job.stop_grace.is_some()),
                ("leave_running", job.leave_running.is_some()),
                ("encoding", job.encoding.is_some()),
                ("warning", job.warning.is_some()),
                ("error", job.error.is_some()),
                ("stderr", job.stderr.is_some()),
                ("completed", job.completed.is_some()),
            ];
            if let Some((field, _)) = stray.iter().find(|(_, set)| *set) {
                bail!("`{field}` belongs to a `command`; a `script` does not take it");
            }
            Ok(Work::Script(read_script(script)?))
        }
        (Some(_), Some(_)) => bail!("it has a `command` and a `script`. Keep one of them"),
        (None, None) => bail!("it says nothing to run. Add a `command` or a `script`"),
    }
}

fn read_command(command: Vec<String>, job: file::Job, base: &Path) -> Result<Command> {
    let environment = job.environment.unwrap_or_default();
    if let Some(text) = command.iter().chain(environment.values()).find(|text| text.contains('\0')) {
        bail!("{text:?} contains a zero character, which no system passes on to a process");
    }
    let mut words = command.into_iter();
    let program = words.next().filter(|p| !p.is_empty());
    let program =
        program.context("its `command` is empty. Name a program: command = [\"python3\", \"load.py\"]")?;
    let completed = job.completed.unwrap_or_else(|| vec![0]);
    ensure!(!completed.is_empty(), "`completed` is empty, so that it could only fail. Name an exit code");
    ensure!(job.timeout.is_none_or(|t| !t.0.is_zero()), "its `timeout` is zero. Leave it out for none");
    if let Some(name) = environment.keys().find(|n| n.is_empty() || n.contains(['=', '\0'])) {
        bail!("`environment` has {name:?}, which is no name of a variable");
    }
    Ok(Command {
        program,
        arguments: words.collect(),
        directory: job.directory.map_or_else(|| base.to_owned(), |d| base.join(d)),
        environment,
        timeout: job.timeout.map(|t| t.0),
        stop_grace: job.stop_grace.map_or(DEFAULT_STOP_GRACE, |t| t.0),
        leave_running: job.leave_running.unwrap_or(false),
        encoding: job.encoding.as_deref().map_or(Ok(UTF_8), encoding)?,
        error: patterns("error", job.error)?,
        warning: patterns("warning", job.warning)?,
        stderr: job.stderr.map_or(StandardError::Separate(Severity::Warning), |s| s.0),
        completed,
    })
}

fn encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).with_context(|| {
        format!(
            "`encoding` = {label:?} is not known. Use a label of the WHATWG Encoding Standard, for instance utf-8, utf-16le, \
             utf-16be, latin1 (windows-1252), iso-8859-2, windows-1250, ibm866, shift_jis, euc-jp, gbk, big5"
        )
    })
}

fn patterns(field: &str, patterns: Option<Vec<String>>) -> Result<RegexSet> {
    RegexSet::new(patterns.unwrap_or_default())
        .with_context(|| format!("`{field}` has a pattern that is no regular expression"))
}

fn read_script(script: file::Script) -> Result<Script> {
    let main = read_outcome(script.state, &script.lines, script.weight)?;
    let variants = script.history.into_iter();
    let history = variants
        .map(|v| read_outcome(v.state, v.lines.as_deref().unwrap_or(&script.lines), v.weight))
        .collect::<Result<Vec<_>>>()?;
    ensure!(
        main.weight > 0 || history.iter().any(|o| o.weight > 0),
        "every `weight` is zero. Let one way to go have a weight"
    );
    let every = script.every.map_or(DAY, |e| e.0);
    ensure!(every >= Duration::from_secs(1), "`every` is shorter than a second");
    Ok(Script { outcome: main, history, every })
}

fn read_outcome(state: file::FinalState, steps: &[file::Step], weight: Option<u32>) -> Result<Outcome> {
    let steps = steps.iter().cloned().map(read_step).collect::<Result<_>>()?;
    Ok(Outcome { weight: weight.unwrap_or(1), state: state.0, steps })
}

fn read_step(step: file::Step) -> Result<Step> {
    let repeat = step.repeat.unwrap_or(1);
    ensure!(repeat > 0, "`repeat` is zero in the line {:?}. Leave the line out", step.message);
    Ok(Step {
        after: step.after.map_or(Duration::ZERO, |a| a.0),
        severity: step.severity.map_or(Severity::Information, |s| s.0),
        message: step.message,
        repeat,
    })
}

#[cfg(test)]
mod tests;
