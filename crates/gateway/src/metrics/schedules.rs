//! Metrics of schedules.

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::clock::Micros;
use crate::schedule::ScheduleSet;

const NEXT_DUE: &str = "txjobs_next_due_timestamp_seconds";
const MISSED: &str = "txjobs_missed_due_times_total";

pub(super) fn describe() {
    describe_counter!(
        MISSED,
        "Due times of the job without a run of their own, as far as this node has noticed them."
    );
}

/// Starts the counter of a job with due times at zero. A counter that appears with its first value would have no increase for
/// Prometheus.
pub fn declare_due_times(organization: &str, job: &str) {
    record_missed_due_times(organization, job, 0);
}

/// Counts due times that got no run of their own.
pub fn record_missed_due_times(organization: &str, job: &str, missed: u64) {
    counter!(MISSED, "organization" => organization.to_owned(), "job_name" => job.to_owned())
        .increment(missed);
}

/// Returns the next due time of each job as text. It uses a recorder of its own: that of the process would keep those of removed
/// jobs.
pub(super) fn render(schedules: &ScheduleSet, now: Micros) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        describe_gauge!(NEXT_DUE, "Next due time of the job's schedule.");
        for job in schedules.jobs() {
            if let Some(due_time) = job.schedule.next_due_time(now) {
                let labels = [("organization", job.organization.clone()), ("job_name", job.name.clone())];
                gauge!(NEXT_DUE, &labels).set(due_time as f64 / 1e6);
            }
        }
    });
    recorder.handle().render()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::schedule::{CatchUp, DueTimes, JobSchedule, ScheduledJob, Upstream};

    #[test]
    fn each_job_with_due_times_has_its_next_one() {
        let due_times = DueTimes::new("0 2 * * *".parse().unwrap(), "UTC").unwrap();
        let upstream = Upstream { id: Uuid::from_u128(1), name: "a".to_owned() };
        let job = |id, name: &str, due_times, after| {
            let schedule = JobSchedule { due_times, catch_up: CatchUp::Latest, after };
            let (organization, definition) = ("Contoso".to_owned(), schedule.definition());
            ScheduledJob {
                id: Uuid::from_u128(id),
                name: name.to_owned(),
                organization,
                schedule,
                definition,
            }
        };
        let set = ScheduleSet::new([job(1, "a", Some(due_times), vec![]), job(2, "b", None, vec![upstream])]);
        let text = render(&set, 86_400_000_000);
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines, [format!("{NEXT_DUE}{{organization=\"Contoso\",job_name=\"a\"}} 93600")]);
    }
}
