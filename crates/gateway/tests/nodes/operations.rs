//! Requests to any node have the same effect.

use std::time::{Duration, Instant};

use futures::future::join_all;
use txjobs_sdk::paths;
use txjobs_test_support::lines;

use crate::cluster::{Cluster, wait_for_end};

const LONG: &str = "echo begun; sleep 1000";

async fn check_exclusive(cluster: Cluster) {
    let nodes = [cluster.serve(&["--no-runner"]), cluster.serve(&["--no-runner"])];
    for n in 0..10 {
        let job = nodes[0].job(&format!("job {n}")).await;
        let responses = join_all(nodes.iter().map(|node| node.call(paths::execute_job(job)))).await;
        let mut statuses: Vec<_> = responses.iter().map(|response| response.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

fn ten_jobs(create: impl FnOnce(&[(&str, &str, &str)]) -> Cluster) -> Cluster {
    let names: Vec<String> = (0..10).map(|n| format!("job {n}")).collect();
    create(&names.iter().map(|name| (name.as_str(), LONG, "")).collect::<Vec<_>>())
}

#[tokio::test]
async fn two_executes_at_once_accept_one() {
    check_exclusive(ten_jobs(Cluster::new)).await;
}

#[tokio::test]
async fn two_executes_at_once_accept_one_behind_pgbouncer() {
    check_exclusive(ten_jobs(Cluster::with_pgbouncer)).await;
}

async fn check_cancel(cluster: Cluster) {
    let (server, _runner) = (cluster.serve(&["--no-runner"]), cluster.serve(&[]));
    let run = server.execute("long").await;
    server.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    let start = Instant::now();
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let (execution, _) = wait_for_end(&server, run, Duration::from_secs(10)).await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(lines(&execution).last(), Some(&(2, "Canceled while it was running.")), "{execution}");
}

#[tokio::test]
async fn cancel_through_another_node_takes_less_than_five_seconds() {
    check_cancel(Cluster::new(&[("long", LONG, "")])).await;
}

#[tokio::test]
async fn cancel_through_another_node_behind_pgbouncer_takes_less_than_five_seconds() {
    check_cancel(Cluster::with_pgbouncer(&[("long", LONG, "")])).await;
}

#[tokio::test]
async fn key_that_is_revoked_on_one_node_is_refused_by_all() {
    let cluster = Cluster::new(&[("long", LONG, "")]);
    let nodes = [cluster.serve(&["--no-runner"]), cluster.serve(&["--no-runner"])];
    for node in &nodes {
        assert_eq!(node.call(paths::list_jobs()).await.status, 200);
    }
    let _ = cluster.run(&["keys", "revoke", "--organization", "Contoso", "--name", "test"]).expect_success();
    for node in &nodes {
        assert_eq!(node.call(paths::list_jobs()).await.status, 401);
    }
}
