//! Nodes that are cut off while they start runs.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures::future::poll_fn;
use txjobs_gateway::clock::Micros;

use crate::simulation::{Simulation, StartedRun};
use crate::test_clock::MINUTE;

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;
const ROUNDS: i64 = 240;

/// Polls a future this many times, and drops it then.
async fn poll_times<T>(future: impl Future<Output = T>, times: u32) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(context).map(Some);
        // Otherwise nothing wakes the task that drops the future.
        if left == 0 {
            context.waker().wake_by_ref();
        }
        polled
    })
    .await
}

/// Cuts a node off at a different point of each due time, restarts it, and lets all nodes look again.
async fn check_kills(mut simulation: Simulation) {
    let mut expected = Vec::new();
    let mut cut_off = 0;
    let mut started = Vec::new();
    for round in 1..=ROUNDS {
        let time = START + round * MINUTE;
        simulation.clock.set(time);
        let last = simulation.nodes.len() - 1;
        let tick = simulation.nodes[last].scheduler.tick();
        let times = u32::try_from(round % 30).unwrap();
        cut_off += u32::from(poll_times(tick, times).await.is_none());
        simulation.restart(last).await;
        simulation.tick().await;
        expected.push(StartedRun { time, job: "a".to_owned(), cause: None });
        started.extend(simulation.finish_runs().await);
    }
    assert_eq!(started, expected);
    assert!(cut_off > 20, "{cut_off}");
}

#[tokio::test]
async fn node_that_is_cut_off_starts_each_due_time_once_in_sqlite() {
    check_kills(Simulation::sqlite(START, &[("a", "schedule = \"* * * * *\"")]).await).await;
}

#[tokio::test]
async fn node_that_is_cut_off_starts_each_due_time_once_in_postgres() {
    check_kills(Simulation::postgres(START, &[("a", "schedule = \"* * * * *\"")]).await).await;
}
