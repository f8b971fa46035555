//! A job that runs a command.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use encoding_rs::{Encoding, UTF_8};
use txjobs_sdk::Severity;

use super::common::{parse_completed, parse_patterns, parse_timeout};
use super::table::GatewayJob;
use crate::command::{Command, StandardError};
use crate::config::location::At;
use crate::runner::DEFAULT_STOP_GRACE;

impl GatewayJob {
    /// Checks the settings of the command.
    ///
    /// # Errors
    ///
    /// Fails if a setting is invalid.
    pub fn into_command(self, directory: &Path) -> Result<Command> {
        let command = self
            .command
            .context("it has nothing to run. Add a `command`, or a table `http` or `kubernetes`")?;
        let (program, arguments) = split_command(command.get_ref()).at(command.span())?;
        let environment = match self.environment {
            Some(environment) => {
                check_environment(environment.get_ref()).at(environment.span())?;
                environment.into_inner()
            }
            None => BTreeMap::new(),
        };
        let completed = parse_completed(self.completed)?;
        let timeout = parse_timeout(self.timeout)?;
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

fn parse_encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).with_context(|| {
        format!(
            "`encoding` = {label:?} is unknown. Use a label of the WHATWG Encoding Standard, for instance utf-8, utf-16le, \
             utf-16be, latin1 (windows-1252), iso-8859-2, windows-1250, ibm866, shift_jis, euc-jp, gbk, big5"
        )
    })
}
