//! The jobs of the connected server. A session has a store of its own, so that data of two servers never mixes.

use std::collections::HashMap;

use leptos::prelude::*;
use txjobs_sdk::{
    Error, Extensions, JobStatusCode, StartedJobs,
    types::{Job, JobId, JobSchedule, TriggerId},
};

use crate::{
    api::response::ApiResponse,
    model::{history::History, job_list::JobIndex},
    utils::time,
};

/// The jobs, their statuses and the known part of their histories.
#[derive(Clone, Copy, Debug)]
pub struct Jobs {
    /// `None` until the first response.
    pub list: RwSignal<Option<JobIndex>>,
    /// When the list was loaded, in milliseconds since 1970.
    list_loaded_at: StoredValue<i64>,
    /// Whether a job with a due time has started since.
    has_due_job_started: StoredValue<bool>,
    /// The last names of jobs that have left the list.
    former_names: RwSignal<HashMap<JobId, String>>,
    pub statuses: RwSignal<HashMap<JobId, JobStatusCode>>,
    pub histories: RwSignal<HashMap<JobId, History>>,
    /// Jobs whose history could not be loaded. It is loaded again after a while.
    pub failed: RwSignal<Vec<JobId>>,
    /// Jobs whose history the screen needs, the most urgent first.
    pub requested: RwSignal<Vec<JobId>>,
    /// For how many of the requested jobs to count warnings and errors. Counting loads the whole log of a run.
    pub counted: RwSignal<usize>,
    /// How many runs to load for each job.
    pub runs_per_job: RwSignal<i32>,
    /// Time of the last successful response, in milliseconds since 1970.
    pub updated: RwSignal<Option<i64>>,
    /// Error of the last poll. `None` after a success.
    pub error: RwSignal<Option<Error>>,
    /// When the current poll began, in milliseconds since 1970. `None` between polls.
    pub poll_began: RwSignal<Option<i64>>,
    /// Increased to request an immediate poll.
    pub refresh: RwSignal<u32>,
    /// Whether the user requested new histories too.
    is_reload_requested: StoredValue<bool>,
    /// Extensions that the server announced last.
    pub extensions: RwSignal<Extensions>,
    /// Runs whose end triggers a notification.
    pub watched_runs: RwSignal<Vec<(JobId, TriggerId)>>,
    /// Runs started here, with their start times in milliseconds since 1970.
    pub started_runs: RwSignal<HashMap<TriggerId, i64>>,
    /// Jobs started here. A lagging replica of the server may not list them as pending yet.
    pub started: StoredValue<StartedJobs>,
}

impl Jobs {
    /// Number of runs that the job list shows for a job.
    pub const RUNS_IN_LIST: i32 = 5;

    /// Creates the store of a session and provides it as a context.
    pub fn provide() -> Self {
        let jobs = Self {
            list: RwSignal::new(None),
            list_loaded_at: StoredValue::new(0),
            has_due_job_started: StoredValue::new(false),
            former_names: RwSignal::new(HashMap::new()),
            statuses: RwSignal::new(HashMap::new()),
            histories: RwSignal::new(HashMap::new()),
            failed: RwSignal::new(Vec::new()),
            requested: RwSignal::new(Vec::new()),
            counted: RwSignal::new(0),
            runs_per_job: RwSignal::new(Self::RUNS_IN_LIST),
            updated: RwSignal::new(None),
            error: RwSignal::new(None),
            poll_began: RwSignal::new(None),
            refresh: RwSignal::new(0),
            is_reload_requested: StoredValue::new(false),
            extensions: RwSignal::new(Extensions::default()),
            watched_runs: RwSignal::new(Vec::new()),
            started_runs: RwSignal::new(HashMap::new()),
            started: StoredValue::new(StartedJobs::default()),
        };
        provide_context(jobs);
        jobs
    }

    /// Stores a response with all jobs.
    pub fn set_list(self, response: ApiResponse<Vec<Job>>) {
        self.extensions.set(response.extensions);
        self.list_loaded_at.set_value(time::now());
        self.has_due_job_started.set_value(false);
        // Skip an unchanged list, because a change sorts and renders it again.
        let is_same =
            |list: &Option<JobIndex>| list.as_ref().is_some_and(|list| list.jobs() == response.value);
        if self.list.with_untracked(is_same) {
            return;
        }
        let new = JobIndex::new(response.value);
        self.list.with_untracked(|old| {
            let Some(old) = old else { return };
            let former = old.jobs().iter().filter(|job| new.find(job.id).is_none());
            let names = former.filter_map(|job| Some((job.id, old.name(job.id)?.to_owned())));
            self.former_names.update(|all| all.extend(names));
        });
        self.list.set(Some(new));
    }

    /// Returns the name of a job on the screen. It has no invisible characters and is different from the names of all other
    /// jobs. A job with a blank name is shown as its id. A job that has left the list keeps its name. `None` if the name
    /// is not known.
    pub fn name(self, job: JobId) -> Option<String> {
        let listed = self.list.with(|list| list.as_ref()?.name(job).map(str::to_owned));
        listed.or_else(|| self.former_names.with(|names| names.get(&job).cloned()))
    }

    /// Returns when a job starts by itself. `None` if it does not.
    pub fn schedule(self, job: JobId) -> Option<JobSchedule> {
        let schedule = self.list.with(|list| list.as_ref()?.find(job)?.schedule.clone());
        schedule.filter(|schedule| !schedule.is_empty())
    }

    /// Records that jobs have started, so that their due times in the list may be outdated.
    pub fn mark_started(self, mut started: impl Iterator<Item = JobId>) {
        let has_due_time = |job| self.list.with_untracked(|list| list.as_ref()?.due_time(job)).is_some();
        if started.any(has_due_time) {
            self.has_due_job_started.set_value(true);
        }
    }

    /// Returns whether the list is not loaded, has due times that have passed, or is old.
    pub fn is_list_outdated(self) -> bool {
        let now = time::now();
        let (age, has_started) =
            (now - self.list_loaded_at.get_value(), self.has_due_job_started.get_value());
        self.list
            .with_untracked(|list| list.as_ref().is_none_or(|list| list.is_outdated(age, now, has_started)))
    }

    /// Returns whether the server lists a job. `true` until the first list.
    pub fn is_listed(self, job: JobId) -> bool {
        self.list.with(|list| list.as_ref().is_none_or(|list| list.find(job).is_some()))
    }

    pub fn status(self, job: JobId) -> Option<JobStatusCode> {
        self.statuses.with(|statuses| statuses.get(&job).copied())
    }

    /// Loads everything on the screen again, because the user requested it.
    pub fn refresh(self) {
        self.failed.set(Vec::new());
        self.is_reload_requested.set_value(true);
        self.poll_now();
    }

    /// Requests an immediate poll of jobs and statuses.
    pub fn poll_now(self) {
        self.refresh.update(|count| *count += 1);
    }

    /// Returns whether the user requested new histories since the last call.
    pub fn take_reload_request(self) -> bool {
        self.is_reload_requested.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Marks a job that was just started as pending until the server reports it, and watches its run.
    pub fn mark_pending(self, job: JobId, run: TriggerId) {
        self.watched_runs.update(|watched| watched.push((job, run)));
        self.started_runs.update(|runs| {
            runs.insert(run, time::now());
        });
        self.started.update_value(|started| started.mark_started(job, time::uptime()));
        self.statuses.update(|statuses| {
            statuses.insert(job, JobStatusCode::Pending);
        });
        self.poll_now();
    }

    /// Records that the run of a job has ended.
    pub fn mark_ended(self, job: JobId) {
        self.started.update_value(|started| started.mark_ended(job));
        self.poll_now();
    }
}
