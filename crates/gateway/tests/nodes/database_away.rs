//! A database that is away for a short or a long time.

use std::time::Duration;

use txjobs_sdk::paths;
use txjobs_test_support::{PgBouncer, PostgresServer, is_process_alive, lines};

use crate::cluster::{Cluster, MAX_LOSS_TIME, wait_at_most, wait_for_end};

/// Counts until the file "go" exists.
const COUNT: &str = "echo $$ > pid; n=0; while [ ! -e go ] && [ -e gateway.toml ]; do n=$((n+1)); echo $n; sleep 0.2; done; echo $n > count; echo end";

/// Waits until the node responds again, so that the database is back.
async fn wait_for_health(node: &txjobs_test_support::TestServer) {
    wait_at_most(MAX_LOSS_TIME, "the database", async || (node.health().await.0 == 200).then_some(())).await;
}

/// Starts a server of its own, and PgBouncer if the nodes use it.
fn start(jobs: &[(&str, &str, &str)], has_pgbouncer: bool) -> (PostgresServer, Option<PgBouncer>, Cluster) {
    let server = PostgresServer::start_with_settings(&[("fsync", "off")]);
    let pgbouncer = has_pgbouncer.then(|| PgBouncer::start(&server));
    let url = server.create_database();
    let url = pgbouncer.as_ref().map_or(url.clone(), |pgbouncer| pgbouncer.url_of(&url));
    let cluster = Cluster::with_url(url, jobs);
    (server, pgbouncer, cluster)
}

#[tokio::test]
async fn short_outage_loses_nothing() {
    check_short_outage(false).await;
}

#[tokio::test]
async fn short_outage_behind_pgbouncer_loses_nothing() {
    check_short_outage(true).await;
}

#[tokio::test]
async fn long_outage_ends_the_run_as_failed() {
    check_long_outage(false).await;
}

#[tokio::test]
async fn long_outage_behind_pgbouncer_ends_the_run_as_failed() {
    check_long_outage(true).await;
}

async fn check_short_outage(has_pgbouncer: bool) {
    let (mut server, _pgbouncer, cluster) =
        start(&[("count", COUNT, ""), ("other", "echo ok", "")], has_pgbouncer);
    let node = cluster.serve(&[]);
    let run = node.execute("count").await;
    node.wait_until(run, |run| lines(run).contains(&(0, "3"))).await;
    let other = node.job("other").await;
    server.stop();
    tokio::time::sleep(Duration::from_secs(10)).await;
    // A request fails with a reason, and is not half accepted.
    let refused = node.call(paths::execute_job(other)).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert_eq!(node.health().await.0, 503);
    assert!(is_process_alive(cluster.read("pid").trim()));
    server.start_again();
    wait_for_health(&node).await;
    cluster.write("go");
    let (execution, _) = wait_for_end(&node, run, MAX_LOSS_TIME).await;
    assert_eq!(execution["State"], 2, "{execution}");
    let count: usize = cluster.read("count").trim().parse().unwrap();
    let mut expected: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    expected.push("end".to_owned());
    let written: Vec<&str> = lines(&execution).into_iter().map(|(_, text)| text).collect();
    assert_eq!(written, expected, "every line once, in order");
    assert_eq!(node.run("other").await["State"], 2);
}

async fn check_long_outage(has_pgbouncer: bool) {
    let (mut server, _pgbouncer, cluster) = start(&[("count", COUNT, "")], has_pgbouncer);
    let (node, other) = (cluster.serve(&["--node-name", "first"]), cluster.serve(&["--no-runner"]));
    let run = node.execute("count").await;
    node.wait_until(run, |run| lines(run).contains(&(0, "3"))).await;
    let pid = cluster.read("pid").trim().to_owned();
    server.stop();
    let start = tokio::time::Instant::now();
    // The node ends the command before others may declare it gone.
    wait_at_most(Duration::from_secs(45), "the end of the command", async || {
        (!is_process_alive(&pid)).then_some(())
    })
    .await;
    assert!(start.elapsed() > Duration::from_secs(25), "{:?}", start.elapsed());
    tokio::time::sleep_until(start + Duration::from_secs(60)).await;
    server.start_again();
    wait_for_health(&other).await;
    let (execution, _) = wait_for_end(&other, run, MAX_LOSS_TIME).await;
    assert_eq!(execution["State"], 3, "{execution}");
    let last = lines(&execution).last().unwrap().1.to_owned();
    let (fenced, swept) = ("The node could not reach the database", "The node first no longer responded");
    assert!(last.starts_with(fenced) || last.starts_with(swept), "{last}");
    // The node takes part again.
    cluster.write("go");
    let next = other.execute("count").await;
    let (execution, _) = wait_for_end(&other, next, MAX_LOSS_TIME).await;
    assert_eq!(execution["State"], 2, "{execution}");
}
