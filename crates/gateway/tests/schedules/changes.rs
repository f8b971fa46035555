//! Schedules that change while nodes run.

use txjobs_gateway::clock::Micros;

use crate::simulation::{Simulation, config};
use crate::test_clock::{DAY, HOUR};

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;

fn names(started: Vec<(String, Option<String>)>) -> Vec<String> {
    started.into_iter().map(|(job, _)| job).collect()
}

#[tokio::test]
async fn schedule_that_is_added_or_changed_is_due_from_then_on() {
    let mut simulation = Simulation::sqlite(START, &[("a", "")]).await;
    simulation.clock.set(START + 12 * HOUR);
    simulation.config = config(&[("a", "schedule = \"0 2 * * *\"")]);
    simulation.load(0).await;
    assert_eq!(simulation.started_at(START + 13 * HOUR).await, []);
    // A due time passes without a node. The changed schedule begins after it.
    simulation.clock.set(START + DAY + 3 * HOUR);
    simulation.config = config(&[("a", "schedule = \"0 2,5 * * *\"")]);
    simulation.restart(0).await;
    assert_eq!(simulation.started_at(START + DAY + 4 * HOUR).await, []);
    assert_eq!(names(simulation.started_at(START + DAY + 5 * HOUR).await), ["a"]);
    // The same schedule goes on after a restart.
    simulation.restart(0).await;
    assert_eq!(names(simulation.started_at(START + 2 * DAY + 2 * HOUR).await), ["a"]);
}

#[tokio::test]
async fn removed_schedule_or_job_starts_nothing() {
    let daily = "schedule = \"0 2 * * *\"";
    let mut simulation = Simulation::sqlite(START, &[("a", daily), ("b", daily), ("c", daily)]).await;
    simulation.config = config(&[("a", ""), ("c", daily)]);
    simulation.load(0).await;
    assert_eq!(names(simulation.started_at(START + 2 * HOUR).await), ["c"]);
    simulation.config = config(&[]);
    simulation.load(0).await;
    assert_eq!(simulation.store.schedule_states().await.unwrap(), []);
    assert_eq!(simulation.started_at(START + DAY + 2 * HOUR).await, []);
}

#[tokio::test]
async fn node_with_an_earlier_schedule_starts_nothing() {
    let (early, late) = ("schedule = \"0 2 * * *\"", "schedule = \"0 3 * * *\"");
    let mut simulation = Simulation::postgres(START, &[("a", early)]).await;
    // The second node is restarted with another configuration, the first one not yet.
    simulation.config = config(&[("a", late)]);
    simulation.restart(1).await;
    assert_eq!(simulation.started_at(START + 2 * HOUR).await, []);
    assert_eq!(names(simulation.started_at(START + 3 * HOUR).await), ["a"]);
    simulation.load(0).await;
    assert_eq!(simulation.started_at(START + DAY + 2 * HOUR).await, []);
    assert_eq!(names(simulation.started_at(START + DAY + 3 * HOUR).await), ["a"]);
    // Both start it again after one of them goes back.
    simulation.config = config(&[("a", early)]);
    simulation.load(0).await;
    simulation.load(1).await;
    assert_eq!(names(simulation.started_at(START + 2 * DAY + 2 * HOUR).await), ["a"]);
}
