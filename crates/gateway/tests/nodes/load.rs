//! Three nodes under load: each accepted run is executed once.

use std::collections::HashSet;

use futures::future::join_all;
use txjobs_sdk::paths;
use txjobs_test_support::TestServer;

use crate::cluster::{Cluster, MAX_LOSS_TIME, wait_for_end};

const JOBS: usize = 60;
const REQUESTS: usize = 300;

#[tokio::test]
async fn three_nodes_run_each_command_once() {
    check(Cluster::new).await;
}

#[tokio::test]
async fn three_nodes_behind_pgbouncer_run_each_command_once() {
    check(Cluster::with_pgbouncer).await;
}

async fn check(create: impl FnOnce(&[(&str, &str, &str)]) -> Cluster) {
    let names: Vec<String> = (0..JOBS).map(|n| format!("job {n}")).collect();
    // A line of less than 4,096 bytes is appended as a whole.
    let script = "echo $TXJOBS_TRIGGER_ID >> runs; echo done";
    let jobs: Vec<_> = names.iter().map(|name| (name.as_str(), script, "")).collect();
    let cluster = create(&jobs);
    let nodes: Vec<TestServer> = (0..3).map(|_| cluster.serve(&["--concurrency", "3"])).collect();
    let ids: Vec<_> = join_all(names.iter().map(|name| nodes[0].job(name))).await;
    // Each of 12 clients executes jobs on changing nodes until all requests are sent. A busy job is refused.
    let requests = (0..12).map(async |client: usize| {
        let mut accepted = Vec::new();
        for n in (client..REQUESTS).step_by(12) {
            let (node, job) = (&nodes[n % 3], ids[n % JOBS]);
            let response = node.call(paths::execute_job(job)).await;
            match response.status {
                200 => {
                    let trigger = response.json()["TriggerId"].as_str().unwrap().parse().unwrap();
                    accepted.push(txjobs_test_support::StartedRun { job, trigger });
                }
                409 => {}
                status => panic!("{status}: {}", response.text),
            }
        }
        accepted
    });
    let accepted: Vec<_> = join_all(requests).await.into_iter().flatten().collect();
    assert!(accepted.len() >= JOBS, "{} requests were accepted", accepted.len());
    let ends = join_all(accepted.iter().map(|run| wait_for_end(&nodes[1], *run, MAX_LOSS_TIME))).await;
    assert!(ends.iter().all(|(run, _)| run["State"] == 2), "a run did not complete");
    let runs = cluster.read("runs");
    let executed: Vec<&str> = runs.lines().collect();
    let expected: HashSet<String> = accepted.iter().map(|run| run.trigger.to_string()).collect();
    assert_eq!(executed.len(), accepted.len(), "each run once");
    assert_eq!(executed.into_iter().map(str::to_owned).collect::<HashSet<_>>(), expected);
}
