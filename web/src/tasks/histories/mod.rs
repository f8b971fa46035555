//! Loads the last runs of the jobs on the screen, and counts warnings and errors of the newest run.

mod issues;
mod schedule;

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use txjobs_sdk::{
    Extensions, JobStatusCode, paths,
    types::{JobId, LogsSelection},
};

use self::schedule::Schedule;
use crate::{api::Api, model::history::History, state::Jobs, utils::time};

/// Maximum number of concurrent requests on a server that can leave out log lines.
const MAX_CONCURRENT: usize = 4;
/// Histories that arrive within this time are shown together.
const BATCH_WINDOW: Duration = Duration::from_millis(120);

/// Loads histories in the background. Its requests end with the owner that created it.
#[derive(Clone, Copy, Debug)]
pub struct HistoryLoader {
    api: Api,
    jobs: Jobs,
    owner: StoredValue<Owner>,
    progress: StoredValue<Progress>,
}

/// What is being loaded. Not signals, because nothing on the screen depends on it.
#[derive(Debug, Default)]
struct Progress {
    schedule: Schedule,
    /// Jobs whose history is being loaded.
    in_flight: Vec<JobId>,
    /// Received histories that are not shown yet.
    received: Vec<(JobId, History)>,
    /// Whether the issues of a run are being counted.
    is_counting: bool,
}

impl HistoryLoader {
    /// Creates a loader and provides it as a context.
    pub fn provide(api: Api, jobs: Jobs) -> Self {
        let owner = StoredValue::new(Owner::current().unwrap_or_default());
        let loader = Self { api, jobs, owner, progress: StoredValue::new(Progress::default()) };
        provide_context(loader);
        loader
    }

    fn spawn(self, task: impl Future<Output = ()> + 'static) {
        self.owner.with_value(|owner| owner.with(|| spawn_local_scoped_with_cancellation(task)));
    }

    /// Records that runs of these jobs began or ended, so that their known histories are outdated.
    pub fn mark_changed(self, jobs: &[JobId]) {
        let now = time::uptime_millis();
        self.progress.update_value(|progress| {
            jobs.iter().for_each(|job| progress.schedule.mark_changed(*job, now));
        });
    }

    /// Records that the user requested new data.
    pub fn mark_refreshed(self) {
        self.progress.update_value(|progress| progress.schedule.mark_refreshed(time::uptime_millis()));
        // Count the issues again that could not be counted.
        self.jobs.histories.update_untracked(|histories| {
            histories.values_mut().for_each(|history| history.not_counted = None);
        });
    }

    /// Starts to load the histories that the screen needs and that are missing or outdated.
    pub fn load(self) {
        let extensions = self.jobs.extensions.get_untracked();
        // Without the extension a response contains all lines of all runs, so load one history at a time.
        let max_concurrent = if extensions.logs { MAX_CONCURRENT } else { 1 };
        while self.progress.with_value(|progress| progress.in_flight.len()) < max_concurrent {
            let Some(job) = self.next_job() else { break };
            self.progress.update_value(|progress| progress.in_flight.push(job));
            self.spawn(async move {
                self.load_history(job, extensions).await;
                self.progress.update_value(|progress| progress.in_flight.retain(|other| *other != job));
                self.load();
            });
        }
        if self.progress.with_value(|progress| progress.in_flight.is_empty() && !progress.is_counting) {
            self.count_issues();
        }
    }

    /// Counts the issues of the next run on the screen, if there is one.
    fn count_issues(self) {
        let Some(run) = issues::next_run(self.jobs) else { return };
        self.progress.update_value(|progress| progress.is_counting = true);
        self.spawn(async move {
            run.count(self.api, self.jobs).await;
            self.progress.update_value(|progress| progress.is_counting = false);
            self.load();
        });
    }

    /// Returns the most urgent job whose history is due.
    fn next_job(self) -> Option<JobId> {
        let now = time::uptime_millis();
        let runs_per_job = self.jobs.runs_per_job.get_untracked();
        let watched = self.jobs.watched_runs.get_untracked();
        let requested = self.jobs.requested.read_untracked();
        let histories = self.jobs.histories.read_untracked();
        let statuses = self.jobs.statuses.read_untracked();
        self.progress.with_value(|progress| {
            let Progress { schedule, in_flight, received, .. } = progress;
            let max_age = schedule.max_age(&requested);
            let mut jobs = watched.iter().map(|(job, _)| job).chain(requested.iter());
            let is_due = |job: &&JobId| {
                // A history with too few runs counts as missing.
                let history = histories.get(*job).filter(|history| !history.has_fewer_than(runs_per_job));
                let is_active = statuses.get(*job).is_none_or(|status| JobStatusCode::is_active(*status));
                !in_flight.contains(job)
                    && !received.iter().any(|(other, _)| other == *job)
                    && schedule.is_due(**job, history, is_active, max_age, now)
            };
            jobs.find(is_due).copied()
        })
    }

    async fn load_history(self, job: JobId, extensions: Extensions) {
        let limit = extensions.limit.then(|| self.jobs.runs_per_job.get_untracked());
        let logs = extensions.logs.then_some(LogsSelection::None);
        let sent_at = time::uptime_millis();
        match self.api.executions(&paths::get_job_logs(job, limit, logs)).await {
            Ok(response) => {
                let history = History { limit, ..History::from_logs(&response.value, sent_at) };
                let load_time = time::uptime_millis() - sent_at;
                self.progress.update_value(|progress| progress.schedule.mark_loaded(job, load_time));
                self.queue_update(job, history);
            }
            Err(_) => self.handle_error(job),
        }
    }

    /// Collects histories for a moment, so that the list is sorted and rendered once for several of them.
    fn queue_update(self, job: JobId, history: History) {
        let is_first = self.progress.with_value(|progress| progress.received.is_empty());
        self.progress.update_value(|progress| progress.received.push((job, history)));
        if !is_first {
            return;
        }
        self.spawn(async move {
            time::sleep(BATCH_WINDOW).await;
            let received = self
                .progress
                .try_update_value(|progress| std::mem::take(&mut progress.received))
                .unwrap_or_default();
            self.show(received);
            self.load();
        });
    }

    fn show(self, received: Vec<(JobId, History)>) {
        let is_loaded = |job: &JobId| received.iter().any(|(other, _)| other == job);
        if self.jobs.failed.with_untracked(|failed| failed.iter().any(is_loaded)) {
            self.jobs.failed.update(|failed| failed.retain(|job| !is_loaded(job)));
        }
        self.jobs.histories.maybe_update(|histories| {
            let mut is_changed = false;
            for (job, mut history) in received {
                let before = histories.get(&job);
                history.counts = history.counts.or(before.and_then(|before| before.counts));
                history.not_counted = before.and_then(|before| before.not_counted);
                is_changed |= before != Some(&history);
                histories.insert(job, history);
            }
            is_changed
        });
    }

    fn handle_error(self, job: JobId) {
        let now = time::uptime_millis();
        self.progress.update_value(|progress| progress.schedule.mark_failed(job, now));
        if self.jobs.failed.with_untracked(|failed| !failed.contains(&job)) {
            self.jobs.failed.update(|failed| failed.push(job));
        }
    }
}
