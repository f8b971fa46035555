//! A job of the configuration file that runs a command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use encoding_rs::{Encoding, UTF_8};
use regex::RegexSet;
use serde::{Deserialize, Deserializer};
use txjobs_sdk::Severity;
use uuid::Uuid;

use super::declared_job::DeclaredJob;
use super::duration::ConfigDuration;
use super::labels::deserialize_label;
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
    command: Option<Vec<String>>,
    directory: Option<PathBuf>,
    environment: Option<BTreeMap<String, String>>,
    timeout: Option<ConfigDuration>,
    stop_grace: Option<ConfigDuration>,
    leave_running: Option<bool>,
    encoding: Option<String>,
    warning: Option<Vec<String>>,
    error: Option<Vec<String>>,
    stderr: Option<StandardErrorLabel>,
    completed: Option<Vec<i32>>,
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
        let environment = self.environment.unwrap_or_default();
        if let Some(text) = command.iter().chain(environment.values()).find(|text| text.contains('\0')) {
            bail!("{text:?} contains a zero character, which no system passes on to a process");
        }
        let mut words = command.into_iter();
        let program = words.next().filter(|p| !p.is_empty());
        let program = program
            .context("its `command` is empty. Name a program: command = [\"python3\", \"load.py\"]")?;
        let completed = self.completed.unwrap_or_else(|| vec![0]);
        ensure!(
            !completed.is_empty(),
            "`completed` is empty, so that every run would fail. Name an exit code"
        );
        ensure!(
            self.timeout.is_none_or(|t| !t.0.is_zero()),
            "its `timeout` is zero. Remove it for a job without a timeout"
        );
        if let Some(name) = environment.keys().find(|n| n.is_empty() || n.contains(['=', '\0'])) {
            bail!("`environment` has {name:?}, which is not a valid name of a variable");
        }
        Ok(Command {
            program,
            arguments: words.collect(),
            directory: self.directory.map_or_else(|| directory.to_owned(), |d| directory.join(d)),
            environment,
            timeout: self.timeout.map(|t| t.0),
            stop_grace: self.stop_grace.map_or(DEFAULT_STOP_GRACE, |t| t.0),
            leave_running: self.leave_running.unwrap_or(false),
            encoding: self.encoding.as_deref().map_or(Ok(UTF_8), parse_encoding)?,
            error: parse_patterns("error", self.error)?,
            warning: parse_patterns("warning", self.warning)?,
            stderr: self.stderr.map_or(StandardError::Separate(Severity::Warning), |s| s.0),
            completed,
        })
    }
}

fn parse_encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).with_context(|| {
        format!(
            "`encoding` = {label:?} is unknown. Use a label of the WHATWG Encoding Standard, for instance utf-8, utf-16le, \
             utf-16be, latin1 (windows-1252), iso-8859-2, windows-1250, ibm866, shift_jis, euc-jp, gbk, big5"
        )
    })
}

fn parse_patterns(field: &str, patterns: Option<Vec<String>>) -> Result<RegexSet> {
    RegexSet::new(patterns.unwrap_or_default())
        .with_context(|| format!("`{field}` has a pattern that is not a regular expression"))
}
