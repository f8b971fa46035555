//! `gateway.toml`: which jobs there are, whose they are, and what they run.

mod file;
mod program;
mod read;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderName;
use encoding_rs::Encoding;
use regex::RegexSet;
use txjobs_sdk::{ExecutionState, Severity, paths};
use uuid::Uuid;

pub use read::{load, parse};

/// The time between SIGTERM and SIGKILL, unless a job's `stop_grace` says otherwise.
pub const DEFAULT_STOP_GRACE: Duration = Duration::from_secs(5);

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The request header that carries the API key.
    pub key_header: HeaderName,
    /// At least one, but where the gateway can be seeded.
    pub organizations: Vec<Organization>,
}

/// An organization: its keys see its jobs and nothing else.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Unique.
    pub name: String,
    /// Its jobs, in the order of the file.
    pub jobs: Vec<Job>,
}

/// Something that can be run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Unique in the whole file.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// What it runs.
    pub work: Work,
}

/// What a job runs.
#[derive(Clone, Debug)]
pub enum Work {
    /// A process.
    Command(Box<Command>),
    /// Timed lines.
    Script(Script),
}

/// A process, started without a shell.
#[derive(Clone, Debug)]
pub struct Command {
    /// What to start.
    pub program: String,
    /// With what.
    pub arguments: Vec<String>,
    /// Where.
    pub directory: PathBuf,
    /// On top of the gateway's own environment.
    pub environment: BTreeMap<String, String>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// The time between SIGTERM and SIGKILL for its processes.
    pub stop_grace: Duration,
    /// Whether processes that remain when the command exits continue.
    pub leave_running: bool,
    /// The encoding of its output.
    pub encoding: &'static Encoding,
    /// Which lines are errors.
    pub error: RegexSet,
    /// Which lines are warnings.
    pub warning: RegexSet,
    /// How standard error is read.
    pub stderr: StandardError,
    /// The exit codes of a run that reached its end.
    pub completed: Vec<i32>,
}

/// How a command's standard error is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardError {
    /// From a pipe of its own. A line that no pattern matches has this severity.
    Separate(Severity),
    /// From the pipe of standard output, so that all lines are in the order in which they were written.
    Merged,
}

/// Timed lines and a final state, for demos and tests.
#[derive(Clone, Debug)]
pub struct Script {
    /// How a run goes.
    pub outcome: Outcome,
    /// For `seed`: other ways in which past runs went.
    pub history: Vec<Outcome>,
    /// For `seed`: the time between two past runs.
    pub every: Duration,
}

/// One way for a script to go.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For `seed`: how often, in relation to the others.
    pub weight: u32,
    /// A final state.
    pub state: ExecutionState,
    /// The lines, in their order.
    pub steps: Vec<Step>,
}

/// One line of a script, or many of a kind.
#[derive(Clone, Debug)]
pub struct Step {
    /// How long before each line.
    pub after: Duration,
    /// Of each line.
    pub severity: Severity,
    /// `{n}` stands for the number of the repetition, from 1.
    pub message: String,
    /// How many lines.
    pub repeat: u32,
}

impl Step {
    /// The message of a repetition, counted from 1.
    pub fn message(&self, n: u32) -> String {
        self.message.replace("{n}", &n.to_string())
    }
}

impl Config {
    /// Without any organization.
    pub fn empty() -> Self {
        Self {
            key_header: HeaderName::from_bytes(paths::API_KEY_HEADER.as_bytes()).expect("a header's name"),
            organizations: Vec::new(),
        }
    }

    /// Returns the organizations and jobs as the store needs them.
    pub fn declared(&self) -> Vec<txjobs_store::Organization> {
        let job = |job: &Job| txjobs_store::Job { id: job.id, name: job.name.clone() };
        let organization = |organization: &Organization| txjobs_store::Organization {
            name: organization.name.clone(),
            jobs: organization.jobs.iter().map(job).collect(),
        };
        self.organizations.iter().map(organization).collect()
    }

    /// Every job with its organization.
    pub fn jobs(&self) -> impl Iterator<Item = (&Organization, &Job)> {
        self.organizations.iter().flat_map(|o| o.jobs.iter().map(move |j| (o, j)))
    }
}
