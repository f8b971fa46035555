//! Metrics of the runs that this process ends.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use tokio::sync::Notify;
use tokio::time::sleep;
use txjobs_sdk::ExecutionState;
use txjobs_store::ExecutionStore;
use txjobs_store::time::Micros;
use uuid::Uuid;

const RUNS: &str = "txjobs_runs_total";
pub(super) const DURATION: &str = "txjobs_run_duration_seconds";
const LAST_SUCCESS: &str = "txjobs_last_success_timestamp_seconds";

/// The upper bounds of the buckets, in seconds.
pub(super) const DURATION_BUCKETS: [f64; 15] =
    [0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0];

/// The states in which a run ends.
pub const FINAL_STATES: [ExecutionState; 4] = [
    ExecutionState::Completed,
    ExecutionState::CompletedWithWarnings,
    ExecutionState::CompletedWithErrors,
    ExecutionState::Failed,
];

/// The labels of a job that the configuration does not declare, so that the labels have few values.
const OTHER: &str = "other";

/// The pause before a failed operation of the store is repeated.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

pub(super) fn describe() {
    describe_counter!(RUNS, "Runs that this node ended, by outcome.");
    describe_histogram!(DURATION, "Time from the start to the end of the runs that this node executed.");
    describe_gauge!(
        LAST_SUCCESS,
        "Time at which the newest run of the job that completed, also with warnings, ended."
    );
}

/// Records the ends of runs. Clones share it. By default it knows no jobs.
#[derive(Clone, Debug, Default)]
pub struct RunMetrics(Arc<SharedMetrics>);

#[derive(Debug, Default)]
struct SharedMetrics {
    jobs: RwLock<HashMap<Uuid, Arc<JobMetrics>>>,
    /// Notifies of jobs whose newest success has not been read.
    changed: Notify,
}

/// The metrics of a job.
#[derive(Debug)]
struct JobMetrics {
    labels: JobLabels,
    /// The end of the newest run that completed.
    last_success: Mutex<Micros>,
    /// Whether the newest success was read from the store.
    is_loaded: AtomicBool,
}

/// The names of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
struct JobLabels {
    organization: Arc<str>,
    job: Arc<str>,
}

impl RunMetrics {
    /// Creates the metrics of jobs: the id of each, the name of its organization, and its own name.
    pub fn new<'a>(jobs: impl IntoIterator<Item = (Uuid, &'a str, &'a str)>) -> Self {
        let metrics = Self::default();
        metrics.set_jobs(jobs);
        metrics
    }

    /// Replaces the jobs. Those with the same names go on.
    ///
    /// The counters start at zero. A counter that appears with its first failure would have no increase for Prometheus.
    pub fn set_jobs<'a>(&self, jobs: impl IntoIterator<Item = (Uuid, &'a str, &'a str)>) {
        let mut current = self.0.jobs.write().unwrap_or_else(PoisonError::into_inner);
        let job = |(id, organization, job): (Uuid, &str, &str)| {
            let labels = JobLabels { organization: organization.into(), job: job.into() };
            if let Some(same) = current.get(&id).filter(|same| same.labels == labels) {
                return (id, Arc::clone(same));
            }
            for state in FINAL_STATES {
                labels.count(state, 0);
            }
            let last_success = Mutex::new(Micros::MIN);
            (id, Arc::new(JobMetrics { labels, last_success, is_loaded: AtomicBool::new(false) }))
        };
        let jobs = jobs.into_iter().map(job).collect();
        *current = jobs;
        self.0.changed.notify_one();
    }

    /// Records the end of a run in a final state, and the time that this node executed it, if it did.
    pub fn record_end(&self, job: Uuid, state: ExecutionState, ended_at: Micros, duration: Option<Duration>) {
        let job = self.job(job);
        let labels = job.as_ref().map_or_else(JobLabels::other, |job| job.labels.clone());
        labels.count(state, 1);
        if let Some(duration) = duration {
            labels.record_duration(duration);
        }
        if let Some(job) = job.filter(|_| is_success(state)) {
            job.record_success(ended_at);
        }
    }

    /// Records a run that ended before the metrics began. It is not counted.
    pub fn record_earlier_end(&self, job: Uuid, state: ExecutionState, ended_at: Micros) {
        if let Some(job) = self.job(job).filter(|_| is_success(state)) {
            job.record_success(ended_at);
        }
    }

    fn job(&self, id: Uuid) -> Option<Arc<JobMetrics>> {
        self.0.jobs.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Reads the newest success of each job from the store, also of jobs that are added later, and repeats what fails.
    pub(super) async fn load_forever(&self, store: &(impl ExecutionStore + ?Sized)) -> Infallible {
        loop {
            let jobs = self.0.jobs.read().unwrap_or_else(PoisonError::into_inner).clone();
            for (id, job) in jobs.into_iter().filter(|(_, job)| !job.is_loaded.load(Ordering::Relaxed)) {
                job.load(id, store).await;
            }
            self.0.changed.notified().await;
        }
    }
}

impl JobMetrics {
    async fn load(&self, id: Uuid, store: &(impl ExecutionStore + ?Sized)) {
        loop {
            match store.last_success(id).await {
                Ok(Some(ended_at)) => self.record_success(ended_at),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!("the newest success of a job could not be read: {error:#}");
                    sleep(RETRY_INTERVAL).await;
                    continue;
                }
            }
            self.is_loaded.store(true, Ordering::Relaxed);
            return;
        }
    }

    fn record_success(&self, ended_at: Micros) {
        let mut last = self.last_success.lock().unwrap_or_else(PoisonError::into_inner);
        if ended_at > *last {
            *last = ended_at;
            let JobLabels { organization, job } = self.labels.clone();
            gauge!(LAST_SUCCESS, "organization" => organization, "job_name" => job).set(seconds(ended_at));
        }
    }
}

impl JobLabels {
    fn other() -> Self {
        Self { organization: OTHER.into(), job: OTHER.into() }
    }

    fn count(&self, state: ExecutionState, runs: u64) {
        let Self { organization, job } = self.clone();
        counter!(RUNS, "organization" => organization, "job_name" => job, "outcome" => outcome(state))
            .increment(runs);
    }

    fn record_duration(self, duration: Duration) {
        let Self { organization, job } = self;
        histogram!(DURATION, "organization" => organization, "job_name" => job).record(duration);
    }
}

fn is_success(state: ExecutionState) -> bool {
    matches!(state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings)
}

fn outcome(state: ExecutionState) -> &'static str {
    match state {
        ExecutionState::Completed => "completed",
        ExecutionState::CompletedWithWarnings => "completed_with_warnings",
        ExecutionState::CompletedWithErrors => "completed_with_errors",
        _ => "failed",
    }
}

/// Returns a time in seconds. They have an exact microsecond until the year 2255.
pub(super) fn seconds(time: Micros) -> f64 {
    time as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn newest_success_is_kept() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let id = Uuid::from_u128(1);
        metrics::with_local_recorder(&recorder, || {
            let runs = RunMetrics::new([(id, "Contoso", "a \"b\"")]);
            runs.record_end(id, ExecutionState::CompletedWithWarnings, 2_500_000, None);
            runs.record_end(id, ExecutionState::Completed, 1_000_000, None);
            runs.record_end(id, ExecutionState::Failed, 3_000_000, None);
            runs.record_end(Uuid::from_u128(2), ExecutionState::Failed, 3_000_000, None);
        });
        let text = recorder.handle().render();
        let job = r#"organization="Contoso",job_name="a \"b\"""#;
        for line in [
            format!("txjobs_last_success_timestamp_seconds{{{job}}} 2.5\n"),
            format!("txjobs_runs_total{{{job},outcome=\"completed\"}} 1\n"),
            format!("txjobs_runs_total{{{job},outcome=\"completed_with_errors\"}} 0\n"),
            format!("txjobs_runs_total{{{job},outcome=\"failed\"}} 1\n"),
            "txjobs_runs_total{organization=\"other\",job_name=\"other\",outcome=\"failed\"} 1\n".to_owned(),
        ] {
            assert!(text.contains(&line), "{line} in {text}");
        }
    }
}
