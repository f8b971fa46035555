//! The settings of a command.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use encoding_rs::Encoding;
use regex::RegexSet;
use txjobs_sdk::Severity;

/// A command, which is started without a shell.
#[derive(Clone, Debug)]
pub struct Command {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Variables that are added to the gateway's own environment.
    pub environment: BTreeMap<String, String>,
    /// The longest time that it may run.
    pub timeout: Option<Duration>,
    /// The time between SIGTERM and SIGKILL for its processes.
    pub stop_grace: Duration,
    /// Whether processes that remain when the command exits continue.
    pub leave_running: bool,
    /// The encoding of its output.
    pub encoding: &'static Encoding,
    /// The patterns of lines with the severity error.
    pub error: RegexSet,
    /// The patterns of lines with the severity warning.
    pub warning: RegexSet,
    /// How its standard error is read.
    pub stderr: StandardError,
    /// The exit codes with which a run completes.
    pub completed: Vec<i32>,
}

/// How a command's standard error is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardError {
    /// From a separate pipe. A line that no pattern matches has this severity.
    Separate(Severity),
    /// From the pipe of standard output, so that all lines are in the order in which they were written.
    Merged,
}
