//! A job of the configuration file that runs a command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use encoding_rs::{Encoding, UTF_8};
use regex::{Regex, RegexSet};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use txjobs_sdk::Severity;
use uuid::Uuid;

use super::declared_job::DeclaredJob;
use super::duration::ConfigDuration;
use super::labels::deserialize_label;
use super::location::At;
use super::retention::RetentionTable;
use crate::command::{Command, StandardError};
use crate::runner::{DEFAULT_STOP_GRACE, Work};

/// The value of `stderr` that merges standard error into standard output.
const MERGE: &str = "merge";

/// A job that runs a command, as it is written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandJob {
    id: Option<Uuid>,
    name: String,
    command: Option<Spanned<Vec<String>>>,
    directory: Option<PathBuf>,
    environment: Option<Spanned<BTreeMap<String, String>>>,
    timeout: Option<Spanned<ConfigDuration>>,
    stop_grace: Option<ConfigDuration>,
    leave_running: Option<bool>,
    encoding: Option<Spanned<String>>,
    warning: Option<Vec<Spanned<String>>>,
    error: Option<Vec<Spanned<String>>>,
    stderr: Option<StandardErrorLabel>,
    completed: Option<Spanned<Vec<i32>>>,
    #[serde(default)]
    runs_on: Vec<String>,
    #[serde(default)]
    retention: RetentionTable,
}

/// The label of a severity, or [`MERGE`].
#[derive(Clone, Copy, Debug)]
struct StandardErrorLabel(StandardError);

impl<'de> Deserialize<'de> for StandardErrorLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let separate = Severity::ALL.iter().map(|&severity| StandardError::Separate(severity));
        let values = separate.chain([StandardError::Merged]);
        deserialize_label(deserializer, values, |value| match value {
            StandardError::Separate(severity) => severity.label(),
            StandardError::Merged => Some(MERGE),
        })
        .map(Self)
    }
}

impl DeclaredJob for CommandJob {
    fn id(&self) -> Option<Uuid> {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn runs_on(&self) -> &[String] {
        &self.runs_on
    }

    fn retention(&self) -> RetentionTable {
        self.retention.clone()
    }

    fn into_work(self, directory: &Path) -> Result<Arc<dyn Work>> {
        Ok(Arc::new(self.into_command(directory)?))
    }
}

impl CommandJob {
    /// Checks the settings of the command.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub fn into_command(self, directory: &Path) -> Result<Command> {
        let command = self.command.context("it has nothing to run. Add a `command`")?;
        let (program, arguments) = split_command(command.get_ref()).at(command.span())?;
        let environment = match self.environment {
            Some(environment) => {
                check_environment(environment.get_ref()).at(environment.span())?;
                environment.into_inner()
            }
            None => BTreeMap::new(),
        };
        let completed = match self.completed {
            Some(codes) => check_completed(codes.get_ref()).at(codes.span()).map(|()| codes.into_inner())?,
            None => vec![0],
        };
        let timeout = self.timeout.map(|time| check_timeout(time.get_ref().0).at(time.span())).transpose()?;
        let encoding = match self.encoding {
            Some(label) => parse_encoding(label.get_ref()).at(label.span())?,
            None => UTF_8,
        };
        Ok(Command {
            program,
            arguments,
            directory: self.directory.map_or_else(|| directory.to_owned(), |d| directory.join(d)),
            environment,
            timeout,
            stop_grace: self.stop_grace.map_or(DEFAULT_STOP_GRACE, |t| t.0),
            leave_running: self.leave_running.unwrap_or(false),
            encoding,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
            stderr: self.stderr.map_or(StandardError::Separate(Severity::Warning), |s| s.0),
            completed,
        })
    }
}

/// Returns the program and its arguments.
fn split_command(command: &[String]) -> Result<(String, Vec<String>)> {
    ensure_no_zero(command)?;
    let (program, arguments) = command
        .split_first()
        .filter(|(program, _)| !program.is_empty())
        .context("its `command` is empty. Name a program: command = [\"python3\", \"load.py\"]")?;
    Ok((program.clone(), arguments.to_vec()))
}

fn check_environment(environment: &BTreeMap<String, String>) -> Result<()> {
    ensure_no_zero(environment.values())?;
    match environment.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        Some(name) => bail!("`environment` has {name:?}, which is not a valid name of a variable"),
        None => Ok(()),
    }
}

fn ensure_no_zero<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<()> {
    match texts.into_iter().find(|text| text.contains('\0')) {
        Some(text) => bail!("{text:?} contains a zero character, which no system passes on to a process"),
        None => Ok(()),
    }
}

fn check_completed(codes: &[i32]) -> Result<()> {
    ensure!(!codes.is_empty(), "`completed` is empty, so that every run would fail. Name an exit code");
    Ok(())
}

fn check_timeout(timeout: Duration) -> Result<Duration> {
    ensure!(!timeout.is_zero(), "its `timeout` is zero. Remove it for a job without a timeout");
    Ok(timeout)
}

fn parse_encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).with_context(|| {
        format!(
            "`encoding` = {label:?} is unknown. Use a label of the WHATWG Encoding Standard, for instance utf-8, utf-16le, \
             utf-16be, latin1 (windows-1252), iso-8859-2, windows-1250, ibm866, shift_jis, euc-jp, gbk, big5"
        )
    })
}

fn parse_patterns(field: &str, patterns: Option<Vec<Spanned<String>>>) -> Result<RegexSet> {
    let patterns = patterns.unwrap_or_default();
    for pattern in &patterns {
        check_pattern(field, pattern.get_ref()).at(pattern.span())?;
    }
    RegexSet::new(patterns.iter().map(Spanned::get_ref)).with_context(|| format!("the patterns of `{field}`"))
}

fn check_pattern(field: &str, pattern: &str) -> Result<()> {
    Regex::new(pattern).map(drop).map_err(|error| {
        // The last line of several has the cause; the others show the pattern.
        let error = error.to_string();
        let cause = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        anyhow!("`{field}` has a pattern that is not a regular expression: {cause}")
    })
}
