//! Nodes that are killed or stopped.

use std::time::Duration;

use tokio::time::Instant;
use txjobs_test_support::{TestServer, is_process_alive, lines};

use crate::cluster::{Cluster, MAX_LOSS_TIME, wait_at_most, wait_for_end};

/// Writes its process id, and lines until it is killed.
const LONG: &str = "echo $$ > pid; echo begun; while true; do sleep 0.2; echo line; done";

/// Starts a node that runs the jobs and one that only serves, and a run.
async fn start_run(cluster: &Cluster) -> (TestServer, TestServer, txjobs_test_support::StartedRun) {
    let runner = cluster.serve(&["--node-name", "runner"]);
    let server = cluster.serve(&["--no-runner"]);
    let run = server.execute("long").await;
    runner.wait_until(run, |run| lines(run).contains(&(0, "line"))).await;
    (runner, server, run)
}

fn lost_line() -> (i64, &'static str) {
    (2, "The node runner no longer responded while the job was running, so the run was given up.")
}

async fn check_killed(cluster: Cluster) {
    let (runner, server, run) = start_run(&cluster).await;
    runner.kill();
    let (execution, time) = wait_for_end(&server, run, MAX_LOSS_TIME).await;
    assert_eq!(execution["State"], 3);
    assert_eq!(lines(&execution).last(), Some(&lost_line()), "{execution}");
    assert!(time > Duration::from_secs(30), "the lease lasts longer than a short interruption: {time:?}");
    // The job accepts a run, and another node starts it.
    let next = server.execute("long").await;
    let other = cluster.serve(&["--node-name", "other"]);
    other.wait_until(next, |run| lines(run).contains(&(0, "begun"))).await;
}

#[tokio::test]
async fn runs_of_a_killed_node_fail_within_a_minute() {
    check_killed(Cluster::new(&[("long", LONG, "")])).await;
}

#[tokio::test]
async fn runs_of_a_killed_node_fail_within_a_minute_behind_pgbouncer() {
    check_killed(Cluster::with_pgbouncer(&[("long", LONG, "")])).await;
}

#[tokio::test]
async fn stopped_node_writes_nothing_after_it_continues() {
    check_stopped(Cluster::new(&[("long", LONG, "")])).await;
}

#[tokio::test]
async fn stopped_node_behind_pgbouncer_writes_nothing_after_it_continues() {
    check_stopped(Cluster::with_pgbouncer(&[("long", LONG, "")])).await;
}

async fn check_stopped(cluster: Cluster) {
    let (runner, server, run) = start_run(&cluster).await;
    let pid = cluster.read("pid").trim().to_owned();
    runner.signal("STOP");
    let stopped_at = Instant::now();
    let (execution, _) = wait_for_end(&server, run, MAX_LOSS_TIME).await;
    assert_eq!(lines(&execution).last(), Some(&lost_line()), "{execution}");
    assert!(is_process_alive(&pid), "nobody could end the process of a stopped node");
    tokio::time::sleep_until(stopped_at + Duration::from_secs(60)).await;
    runner.signal("CONT");
    wait_at_most(Duration::from_secs(5), "the end of the command", async || {
        (!is_process_alive(&pid)).then_some(())
    })
    .await;
    // The node takes part again, under another id, and runs the job. By then it has written everything that it wanted to.
    let next = runner.execute("long").await;
    runner.wait_until(next, |run| lines(run).contains(&(0, "line"))).await;
    let (after, _) = wait_for_end(&server, run, MAX_LOSS_TIME).await;
    assert_eq!(after, execution, "nothing was added to the run that had ended");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn restarted_node_ends_its_runs_and_their_processes_at_once() {
    let cluster = Cluster::new(&[("long", LONG, "")]);
    let (mut runner, server, run) = start_run(&cluster).await;
    let pid = cluster.read("pid").trim().to_owned();
    runner.kill_and_restart();
    let (execution, time) = wait_for_end(&server, run, Duration::from_secs(10)).await;
    assert!(time < Duration::from_secs(10), "{time:?}");
    let last = lines(&execution).last().unwrap().1.to_owned();
    assert!(last.starts_with("The gateway was killed or crashed"), "{last}");
    assert!(!is_process_alive(&pid));
}

#[tokio::test]
async fn node_that_ends_leaves_the_list() {
    let cluster = Cluster::new(&[("long", LONG, "")]);
    let (runner, server, run) = start_run(&cluster).await;
    assert_eq!(cluster.run(&["nodes"]).expect_success().lines().count(), 2);
    runner.signal("TERM");
    assert!(runner.wait().success());
    let (execution, _) = wait_for_end(&server, run, Duration::from_secs(1)).await;
    assert_eq!(
        lines(&execution).last().unwrap().1,
        "The gateway was stopped while the job was running, and ended it."
    );
    let nodes = cluster.run(&["nodes"]).expect_success();
    assert_eq!(nodes.lines().count(), 1, "{nodes}");
    assert!(nodes.contains("\tno jobs\t"), "{nodes}");
}
