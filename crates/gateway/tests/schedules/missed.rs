//! Due times at which a job could not start.

use metrics_exporter_prometheus::PrometheusBuilder;
use txjobs_gateway::clock::Micros;

use crate::simulation::Simulation;
use crate::test_clock::{DAY, HOUR, MINUTE};

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;

fn on_time(job: &str) -> (String, Option<String>) {
    (job.to_owned(), None)
}

fn late(job: &str, cause: &str) -> (String, Option<String>) {
    (job.to_owned(), Some(cause.to_owned()))
}

const DAILY: &str = "schedule = \"0 2 * * *\"";
const DAILY_NONE: &str = "schedule = \"0 2 * * *\"\ncatch_up = \"none\"";

async fn check_downtime(mut simulation: Simulation) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let missed = |job: &str| {
        let line = format!("txjobs_missed_due_times_total{{organization=\"Contoso\",job_name=\"{job}\"}} ");
        let text = recorder.handle().render();
        let value = text.lines().find_map(|found| found.strip_prefix(&line)).unwrap_or("none");
        value.to_owned()
    };
    let started = simulation.started_at(START + 2 * HOUR).await;
    assert_eq!(started, [on_time("latest"), on_time("none")]);
    assert_eq!((missed("latest"), missed("none")), ("0".to_owned(), "0".to_owned()));
    // Three due times pass without a node.
    for node in 0..simulation.nodes.len() {
        simulation.clock.set(START + 3 * DAY + 4 * HOUR + 5 * MINUTE);
        simulation.restart(node).await;
    }
    simulation.tick().await;
    let cause =
        "Due at 2028-01-04T02:00:00+00:00 (UTC), started 2h 5m late. 2 earlier due times have no run.";
    assert_eq!(simulation.started().await, [late("latest", cause)]);
    assert_eq!((missed("latest"), missed("none")), ("2".to_owned(), "3".to_owned()));
    assert_eq!(simulation.started_at(START + 4 * DAY).await, []);
    let started = simulation.started_at(START + 4 * DAY + 2 * HOUR + MINUTE).await;
    assert_eq!(started, [on_time("latest"), on_time("none")]);
    assert_eq!((missed("latest"), missed("none")), ("2".to_owned(), "3".to_owned()));
}

#[tokio::test]
async fn due_times_of_a_downtime_are_missed_as_configured() {
    let jobs = [("latest", DAILY), ("none", DAILY_NONE)];
    check_downtime(Simulation::sqlite(START, &jobs).await).await;
    check_downtime(Simulation::postgres(START, &jobs).await).await;
}

#[tokio::test]
async fn due_time_of_a_busy_job_waits_or_is_skipped() {
    let jobs = [("latest", DAILY), ("none", DAILY_NONE)];
    let mut simulation = Simulation::postgres(START, &jobs).await;
    simulation.execute("latest").await;
    simulation.execute("none").await;
    simulation.tick_at(START + 2 * HOUR).await;
    assert_eq!(simulation.started().await, [], "only the requested runs");
    // Both were busy for half a minute.
    let started = simulation.started_at(START + 2 * HOUR + MINUTE / 2).await;
    assert_eq!(started, [on_time("latest"), on_time("none")]);

    simulation.execute("latest").await;
    simulation.execute("none").await;
    for minutes in 0..=90 {
        simulation.tick_at(START + DAY + 2 * HOUR + minutes * MINUTE).await;
    }
    assert_eq!(simulation.started().await, []);
    let cause = "Due at 2028-01-02T02:00:00+00:00 (UTC), started 1h 31m late.";
    let started = simulation.started_at(START + DAY + 3 * HOUR + 31 * MINUTE).await;
    assert_eq!(started, [late("latest", cause)]);
    assert_eq!(simulation.started_at(START + DAY + 4 * HOUR).await, []);
}

#[tokio::test]
async fn clock_that_is_set_back_or_forward_starts_nothing_twice() {
    let mut simulation = Simulation::postgres(START, &[("latest", DAILY), ("none", DAILY_NONE)]).await;
    let both = [on_time("latest"), on_time("none")];
    assert_eq!(simulation.started_at(START + 2 * HOUR).await, both);
    // Back for hours, then again through the same due time.
    for minutes in (0..=180).step_by(15) {
        assert_eq!(simulation.started_at(START + minutes * MINUTE).await, []);
    }
    // Forward over a due time, and back.
    let cause = "Due at 2028-01-02T02:00:00+00:00 (UTC), started 2h late.";
    assert_eq!(simulation.started_at(START + DAY + 4 * HOUR).await, [late("latest", cause)]);
    for node in 0..2 {
        simulation.clock.set(START + DAY);
        simulation.restart(node).await;
    }
    for minutes in (0..=300).step_by(15) {
        assert_eq!(simulation.started_at(START + DAY + minutes * MINUTE).await, []);
    }
    assert_eq!(simulation.started_at(START + 2 * DAY + 2 * HOUR).await, both);
}
