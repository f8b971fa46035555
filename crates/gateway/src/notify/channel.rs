//! A channel of the configuration.

use std::time::Duration;

use serde::Serialize;
use txjobs_store::{DeclaredChannel, NotifiedRun};
use uuid::Uuid;

use super::email::Email;
use super::event::EventKind;
use super::webhook::Webhook;
use crate::request_secrets::{SecretSource, SecretValues};
use crate::schedule::DueTimes;

/// Where notifications go, and what they are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The unique name.
    pub name: String,
    /// The ends of runs of which it is told.
    pub events: Vec<EventKind>,
    /// The runs of which it is told.
    pub filter: Filter,
    /// It is told once of a run that takes longer than this.
    pub slow: Option<Duration>,
    /// It is told of jobs that have not started.
    pub not_started: Option<NotStarted>,
    /// The address of the console.
    pub console_url: Option<String>,
    /// How it is told.
    pub target: Target,
}

/// The runs of which a channel is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The names of the organizations. `None`: all.
    pub organizations: Option<Vec<String>>,
    /// The names of the jobs. `None`: all.
    pub jobs: Option<Vec<String>>,
}

impl Filter {
    /// Returns whether runs of a job belong to it.
    pub fn contains(&self, organization: &str, job: &str) -> bool {
        let is_in = |names: &Option<Vec<String>>, name| {
            names.as_ref().is_none_or(|names| names.iter().any(|n| n == name))
        };
        is_in(&self.organizations, organization) && is_in(&self.jobs, job)
    }
}

/// When jobs should have started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    /// When it is checked.
    pub due_times: DueTimes,
    /// The time before in which an execution must have been created.
    pub within: Duration,
    /// The jobs.
    pub jobs: Vec<ChannelJob>,
}

/// What the store compares. A struct has its fields in this order in every build.
#[derive(Serialize)]
struct CheckDefinition<'a> {
    check: String,
    jobs: Vec<Uuid>,
    time_zone: &'a str,
    within: u64,
}

impl NotStarted {
    /// Returns everything that decides which jobs are checked and when as text, so that nodes can compare it.
    pub fn definition(&self) -> String {
        let mut jobs: Vec<Uuid> = self.jobs.iter().map(|job| job.id).collect();
        jobs.sort_unstable();
        let definition = CheckDefinition {
            check: self.due_times.cron().to_string(),
            jobs,
            time_zone: self.due_times.zone_name(),
            within: self.within.as_secs(),
        };
        serde_json::to_string(&definition).expect("texts serialize to JSON")
    }
}

/// A job that should have started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelJob {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The name of its organization.
    pub organization: String,
}

/// How a channel is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// By a request.
    Webhook(Box<Webhook>),
    /// By a mail.
    Email(Box<Email>),
}

impl Channel {
    /// Returns the channel as the store needs it.
    pub fn declared(&self) -> DeclaredChannel {
        let check_definition = self.not_started.as_ref().map(NotStarted::definition);
        DeclaredChannel { name: self.name.clone(), check_definition }
    }

    /// Returns the kind of the end of a run if the channel is told of it.
    pub fn kind_of(&self, run: &NotifiedRun) -> Option<EventKind> {
        let kind = EventKind::of_end(run)?;
        let is_told = self.events.contains(&kind) && self.filter.contains(&run.organization, &run.job_name);
        is_told.then_some(kind)
    }

    /// Returns the address of a job or a run in the console, or nothing if the address of the console is not known.
    pub fn console_link(&self, job: Uuid, run: Option<Uuid>) -> String {
        match (&self.console_url, run) {
            (None, _) => String::new(),
            (Some(console), None) => format!("{console}/#/jobs/{job}"),
            (Some(console), Some(run)) => format!("{console}/#/jobs/{job}/runs/{run}"),
        }
    }

    /// Returns the places of the secrets that a delivery needs.
    pub fn secrets(&self) -> Vec<SecretSource> {
        match &self.target {
            Target::Webhook(webhook) => webhook.secrets(),
            Target::Email(email) => email.secrets(),
        }
    }

    /// Returns why nothing can be sent, as far as that is known without a connection: a secret is missing, or an address is wrong.
    /// Contains neither a secret nor the address.
    pub fn send_problem(&self) -> Option<String> {
        let check = || {
            let secrets = SecretValues::read_now(self.secrets())?;
            match &self.target {
                Target::Webhook(webhook) => webhook.address(&secrets).map(drop),
                Target::Email(_) => Ok(()),
            }
        };
        check().err().map(|error| format!("{error:#}"))
    }

    /// Returns the names of the events of which it is told, for people.
    pub fn event_names(&self) -> String {
        let slow = self.slow.map(|_| EventKind::Slow);
        let not_started = self.not_started.as_ref().map(|_| EventKind::NotStarted);
        let kinds = self.events.iter().copied().chain(slow).chain(not_started);
        kinds.map(EventKind::name).collect::<Vec<_>>().join(", ")
    }

    /// Returns what it is for people, without its address.
    pub fn describe(&self) -> &'static str {
        match self.target {
            Target::Webhook(_) => "webhook",
            Target::Email(_) => "email",
        }
    }
}
