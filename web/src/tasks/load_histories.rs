//! Loads the last runs of the jobs on the screen, and counts warnings and errors of the newest run.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use txjobs_sdk::{
    ErrorKind, Extensions, paths,
    types::{JobId, LogsSelection, TriggerId},
};

use crate::{
    api::Api,
    model::history::{History, IssueCounts},
    state::Jobs,
    utils::time,
};

/// Maximum number of concurrent requests on a server that can leave out log lines.
const MAX_CONCURRENT: usize = 4;
/// Age in milliseconds after which a history on the screen is loaded again, because a short run can start and end
/// between two polls. Applies to servers that can leave out log lines.
const MAX_AGE: f64 = 60_000.0;
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

    /// Starts to load the histories that the screen needs and that are missing or outdated.
    pub fn load(self) {
        let extensions = self.jobs.extensions.get_untracked();
        // Without the extension a response contains all lines of all runs, so load one history at a time.
        let max_concurrent = if extensions.logs { MAX_CONCURRENT } else { 1 };
        while self.progress.with_value(|progress| progress.in_flight.len()) < max_concurrent {
            let Some(job) = self.next_job(extensions) else { break };
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

    fn next_job(self, extensions: Extensions) -> Option<JobId> {
        let now = time::uptime_millis();
        let jobs = self.jobs;
        let runs_per_job = jobs.runs_per_job.get_untracked();
        jobs.requested.with_untracked(|requested| {
            jobs.histories.with_untracked(|histories| {
                let is_outdated = |job: &&JobId| match histories.get(*job) {
                    None => true,
                    Some(history) if history.loaded_at == f64::NEG_INFINITY => true,
                    Some(history) if history.has_fewer_than(runs_per_job) => true,
                    Some(history) => extensions.logs && now - history.loaded_at > MAX_AGE,
                };
                let is_free = |job: &&JobId| {
                    let is_loading = self.progress.with_value(|progress| {
                        progress.in_flight.contains(job)
                            || progress.received.iter().any(|(other, _)| other == *job)
                    });
                    !is_loading && jobs.failed.with_untracked(|failed| !failed.contains(job))
                };
                let watched = jobs.watched_runs.with_untracked(|runs| {
                    runs.iter().map(|(job, _)| *job).find(|job| is_outdated(&job) && is_free(&job))
                });
                watched.or_else(|| requested.iter().filter(is_outdated).find(is_free).copied())
            })
        })
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
            self.jobs.histories.update(|histories| {
                for (job, mut history) in received {
                    history.counts = history.counts.or(histories.get(&job).and_then(|before| before.counts));
                    histories.insert(job, history);
                }
            });
            self.load();
        });
    }

    async fn load_history(self, job: JobId, extensions: Extensions) {
        let limit = extensions.limit.then(|| self.jobs.runs_per_job.get_untracked());
        let logs = extensions.logs.then_some(LogsSelection::None);
        match self.api.executions(&paths::get_job_logs(job, limit, logs)).await {
            Ok(response) => {
                let history = History::from_logs(&response.value, time::uptime_millis());
                self.queue_update(job, History { limit, ..history });
            }
            Err(error) => self.jobs.failed.update(|failed| {
                failed.push(job);
                if error.kind == ErrorKind::TooManyRequests {
                    // Send no more requests until the user refreshes.
                    failed.extend(self.jobs.requested.get_untracked());
                }
            }),
        }
    }

    /// Counts warnings and errors of the newest runs on the screen, one run at a time. Counting loads the run's log, so
    /// runs that completed without issues are skipped.
    fn count_issues(self) {
        let jobs = self.jobs;
        let requested = jobs.requested.get_untracked();
        let counted = jobs.counted.get_untracked();
        let next = jobs.histories.with_untracked(|histories| {
            requested.iter().take(counted).find_map(|job| {
                let history = histories.get(job)?;
                let has_failed = jobs.failed.with_untracked(|failed| failed.contains(job));
                let newest = history
                    .newest()
                    .filter(|run| run.is_issue_possible() && history.newest_counts().is_none())?;
                if has_failed {
                    return None;
                }
                Some((*job, newest.trigger?, newest.execution))
            })
        });
        let Some((job, trigger, execution)) = next else { return };
        self.progress.update_value(|progress| progress.is_counting = true);
        self.spawn(async move {
            let counts = count_run(self.api, job, trigger).await;
            self.progress.update_value(|progress| progress.is_counting = false);
            match counts {
                Some(counts) => jobs.histories.update(|histories| {
                    if let Some(history) = histories.get_mut(&job) {
                        history.counts = Some((execution, counts));
                    }
                }),
                None => jobs.failed.update(|failed| failed.push(job)),
            }
            self.load();
        });
    }
}

async fn count_run(api: Api, job: JobId, trigger: TriggerId) -> Option<IssueCounts> {
    let request = paths::get_job_logs_by_trigger(job, trigger, None);
    let logs = api.executions(&request).await.ok()?.value;
    let index = logs.executions.iter().position(|run| run.trigger_id == Some(trigger))?;
    Some(IssueCounts::from_logs(&logs, index))
}
