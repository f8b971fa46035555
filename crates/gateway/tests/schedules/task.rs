//! The task of the scheduler, which waits in real time.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use txjobs_gateway::clock::Micros;
use txjobs_gateway::runner::RunnerHandle;
use txjobs_gateway::schedule::Schedules;
use txjobs_gateway::scheduler::Scheduler;
use txjobs_test_support::wait_until;

use crate::simulation::{Simulation, config};
use crate::test_clock::{DAY, HOUR, MINUTE};

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;

#[tokio::test]
async fn task_follows_the_clock_and_the_configuration_until_the_shutdown() {
    let mut simulation = Simulation::sqlite(START + HOUR, &[]).await;
    let (schedules, shutdown) = (Schedules::default(), CancellationToken::new());
    let store = Arc::clone(&simulation.store);
    let scheduler = Scheduler::new(
        Arc::clone(&store),
        simulation.clock.clone(),
        RunnerHandle::default(),
        schedules.clone(),
    );
    let task = tokio::spawn(scheduler.run(shutdown.clone()));
    simulation.config = config(&[("a", "schedule = \"0 2 * * *\"")]);
    simulation.load(0).await;
    schedules.set(simulation.config.schedules());
    let started = async || {
        let runs = simulation.started().await;
        (!runs.is_empty()).then_some(runs)
    };
    simulation.clock.set(START + 2 * HOUR - 1000);
    // The task looks again in a moment.
    simulation.clock.set(START + 2 * HOUR + MINUTE);
    assert_eq!(wait_until("the run", started).await, [("a".to_owned(), None)]);
    simulation.clock.set(START + DAY + 2 * HOUR);
    assert_eq!(wait_until("the next run", started).await, [("a".to_owned(), None)]);
    shutdown.cancel();
    task.await.unwrap();
}
