//! Jobs that run after other jobs.

use txjobs_gateway::clock::Micros;
use txjobs_sdk::ExecutionState;

use crate::simulation::Simulation;
use crate::test_clock::{HOUR, MINUTE};

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;

fn after(job: &str, names: &str) -> (String, Option<String>) {
    (job.to_owned(), Some(format!("Started after {names} completed.")))
}

#[tokio::test]
async fn chain_of_jobs_runs_in_its_order() {
    let jobs = [("a", ""), ("b", ""), ("c", "after = [\"a\", \"b\"]"), ("d", "after = [\"c\"]")];
    for mut simulation in [Simulation::sqlite(START, &jobs).await, Simulation::postgres(START, &jobs).await] {
        simulation.tick().await;
        assert_eq!(simulation.started().await, []);
        simulation.execute("a").await;
        simulation.finish_runs().await;
        simulation.execute("a").await;
        simulation.finish_runs().await;
        simulation.tick().await;
        assert_eq!(simulation.started().await, [], "b has not completed");
        simulation.execute("b").await;
        simulation.tick().await;
        simulation.finish_runs_as(ExecutionState::CompletedWithErrors).await;
        simulation.tick().await;
        assert_eq!(simulation.started().await, [], "b has completed with errors");
        simulation.execute("b").await;
        simulation.finish_runs_as(ExecutionState::CompletedWithWarnings).await;
        for node in 0..simulation.nodes.len() {
            simulation.restart(node).await;
        }
        simulation.tick().await;
        assert_eq!(simulation.started().await, [after("c", "\"a\" and \"b\"")]);
        simulation.tick().await;
        assert_eq!(simulation.started().await, [after("d", "\"c\"")]);
        simulation.tick().await;
        assert_eq!(simulation.started().await, []);
    }
}

#[tokio::test]
async fn job_that_is_busy_runs_once_when_it_is_idle() {
    let mut simulation = Simulation::postgres(START, &[("a", ""), ("b", "after = [\"a\"]")]).await;
    simulation.execute("a").await;
    simulation.finish_runs().await;
    simulation.tick().await;
    simulation.execute("a").await;
    // Completes the pending run of b and the second one of a.
    assert_eq!(simulation.started().await, [after("b", "\"a\"")]);
    simulation.tick().await;
    simulation.tick().await;
    assert_eq!(simulation.started().await, [after("b", "\"a\"")]);
    simulation.tick().await;
    assert_eq!(simulation.started().await, []);
}

#[tokio::test]
async fn job_may_have_a_schedule_and_run_after_others() {
    let jobs = [("a", "schedule = \"0 1 * * *\""), ("b", "schedule = \"0 2 * * *\"\nafter = [\"a\"]")];
    let mut simulation = Simulation::postgres(START, &jobs).await;
    let on_time = |job: &str| (job.to_owned(), None);
    assert_eq!(simulation.started_at(START + HOUR).await, [on_time("a")]);
    assert_eq!(simulation.started_at(START + HOUR + MINUTE).await, [after("b", "\"a\"")]);
    assert_eq!(simulation.started_at(START + 2 * HOUR).await, [on_time("b")]);
    // Both at the same time: one after the other.
    simulation.execute("a").await;
    simulation.finish_runs().await;
    assert_eq!(simulation.started_at(START + 25 * HOUR).await, [on_time("a"), after("b", "\"a\"")]);
    simulation.clock.set(START + 26 * HOUR);
    simulation.tick().await;
    assert_eq!(simulation.started().await, [on_time("b")]);
    simulation.tick().await;
    assert_eq!(simulation.started().await, [after("b", "\"a\"")]);
}
