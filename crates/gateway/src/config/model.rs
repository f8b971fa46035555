//! The checked configuration.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::HeaderName;
use txjobs_sdk::paths;
use uuid::Uuid;

use super::job_digest::JobDigest;
use super::relay::RelayConfig;
use super::retention::RetentionPolicy;
use crate::notify::{Channel, ChannelSet};
use crate::runner::Work;
use crate::schedule::{JobSchedule, ScheduleSet, ScheduledJob};

/// The configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The request header that carries the API key.
    pub key_header: HeaderName,
    /// The organizations, in the order of the file.
    pub organizations: Vec<Organization>,
    /// The service to which requests are passed on. Its organization is the only one, and has no jobs in the file.
    pub relay: Option<RelayConfig>,
    /// Which ended runs are kept, unless a job has its own setting.
    pub retention: RetentionPolicy,
    /// Who is told of which events.
    pub channels: Vec<Channel>,
}

/// An organization. Its keys give access to its own jobs only.
#[derive(Clone, Debug)]
pub struct Organization {
    /// The unique name.
    pub name: String,
    /// The jobs, in the order of the file.
    pub jobs: Vec<Job>,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// The id, unique in the file.
    pub id: Uuid,
    /// The name for people.
    pub name: String,
    /// The labels that a node needs to run it.
    pub runs_on: Vec<String>,
    /// Which of its ended runs are kept.
    pub retention: RetentionPolicy,
    /// When it starts by itself. `None`: it does not.
    pub schedule: Option<JobSchedule>,
    /// What it runs.
    pub work: Arc<dyn Work>,
    /// What the file says about it.
    pub digest: JobDigest,
}

impl Config {
    /// Creates a configuration without organizations.
    pub fn empty() -> Self {
        let key_header =
            HeaderName::from_bytes(paths::API_KEY_HEADER.as_bytes()).expect("the contract's header name");
        Self {
            key_header,
            organizations: Vec::new(),
            relay: None,
            retention: RetentionPolicy::default(),
            channels: Vec::new(),
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

    /// Iterates over all jobs with their organizations.
    pub fn jobs(&self) -> impl Iterator<Item = (&Organization, &Job)> {
        self.organizations.iter().flat_map(|o| o.jobs.iter().map(move |j| (o, j)))
    }

    /// Iterates over the ids of all jobs, with the names of their organizations and their own.
    pub fn job_names(&self) -> impl Iterator<Item = (Uuid, &str, &str)> {
        self.jobs().map(|(organization, job)| (job.id, &*organization.name, &*job.name))
    }

    /// Returns the jobs that have a schedule.
    pub fn schedules(&self) -> ScheduleSet {
        ScheduleSet::new(self.jobs().filter_map(|(organization, job)| {
            let schedule = job.schedule.clone()?;
            let definition = schedule.definition();
            let (name, organization) = (job.name.clone(), organization.name.clone());
            Some(ScheduledJob { id: job.id, name, organization, schedule, definition })
        }))
    }

    /// Returns the channels of notifications.
    pub fn channel_set(&self) -> ChannelSet {
        ChannelSet::new(self.channels.clone())
    }

    /// Returns the work of each job by its id.
    pub fn jobs_by_id(&self) -> HashMap<Uuid, Arc<dyn Work>> {
        self.jobs().map(|(_, job)| (job.id, Arc::clone(&job.work))).collect()
    }

    /// Returns the jobs that a node with these labels can run. `None`: all jobs of the database, which no other node uses.
    pub fn runnable_jobs(&self, labels: &[String], is_shared: bool) -> Option<Arc<[Uuid]>> {
        let can_run = |job: &Job| job.runs_on.iter().all(|label| labels.contains(label));
        // Other nodes may know jobs that this configuration does not declare, or no longer.
        if !is_shared && self.jobs().all(|(_, job)| can_run(job)) {
            return None;
        }
        Some(self.jobs().filter(|(_, job)| can_run(job)).map(|(_, job)| job.id).collect())
    }

    /// Returns why a server with this configuration must be restarted to use another one, if it must.
    pub fn restart_reason(&self, new: &Self) -> Option<String> {
        if self.key_header != new.key_header {
            return Some(format!(
                "`key_header` = {:?} takes effect only at a start. Restart the gateway, or set {:?} again",
                new.key_header.as_str(),
                self.key_header.as_str()
            ));
        }
        let has_changed = self.relay != new.relay
            || self.relay.is_some()
                && (self.retention != new.retention
                    || self.names() != new.names()
                    || self.channels != new.channels);
        has_changed
            .then(|| "The settings of a relay take effect only at a start. Restart the gateway".to_owned())
    }

    fn names(&self) -> Vec<&str> {
        self.organizations.iter().map(|organization| &*organization.name).collect()
    }

    /// Returns a sentence for each channel that can send nothing from this machine.
    pub fn send_problems(&self) -> Vec<String> {
        let problem = |channel: &Channel| {
            let problem = channel.send_problem()?;
            Some(format!("The channel \"{}\" cannot send: {problem}.", channel.name))
        };
        self.channels.iter().filter_map(problem).collect()
    }

    /// Returns a sentence for each job that cannot start on this machine.
    pub fn start_problems(&self) -> Vec<String> {
        let problem = |(organization, job): (&Organization, &Job)| {
            let problem = job.work.start_problem()?;
            Some(format!("The job \"{}\" of \"{}\" cannot start: {problem}.", job.name, organization.name))
        };
        self.jobs().filter_map(problem).collect()
    }
}
