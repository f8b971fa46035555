//! The end of the gateway loses no accepted run and leaves none running.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use txjobs_sdk::paths;
use txjobs_test_support::{
    ServerFolder, StartedRun, TestServer, is_process_alive, lines, shell_jobs, wait_until,
};

const LONG: &str = "echo $$ > parent; sleep 1000 & echo $! > child; echo begun; wait";

fn folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("long", LONG, ""), ("next", "echo ran", "")]))
}

/// Waits until no process of the command is alive.
async fn wait_for_processes(folder: &ServerFolder) {
    for name in ["parent", "child"] {
        let pid = std::fs::read_to_string(folder.file(name)).unwrap();
        wait_until("the end of the command", async || (!is_process_alive(&pid)).then_some(())).await;
    }
}

/// Starts a run, and another one that waits for it.
async fn start_running_and_pending_run(gateway: &TestServer) -> [StartedRun; 2] {
    let long = gateway.execute("long").await;
    gateway.wait_until(long, |run| lines(run) == [(0, "begun")]).await;
    let next = gateway.execute("next").await;
    assert_eq!(gateway.call(paths::get_job_status(next.job)).await.json()["Status"], 1);
    [long, next]
}

#[tokio::test]
async fn killed_gateway_fails_its_run_at_the_next_start() {
    let folder = folder();
    let gateway = folder.serve(&["--concurrency", "1"]);
    let [long, next] = start_running_and_pending_run(&gateway).await;
    gateway.kill();
    let parent = std::fs::read_to_string(folder.file("parent")).unwrap();
    assert!(is_process_alive(&parent), "the command survives the gateway");

    let gateway = folder.serve(&["--concurrency", "1"]);
    let run = gateway.wait_for_end(long).await;
    assert_eq!(run["State"], 3);
    let log = lines(&run);
    assert_eq!((log.len(), log[0], log[1].0), (2, (0, "begun"), 2));
    assert!(log[1].1.starts_with("The gateway was killed or crashed"), "{run}");
    let parent = parent.trim();
    if cfg!(target_os = "linux") {
        let ended = format!(
            " Processes that were still running at the next start were ended: sh ({parent}), sleep ("
        );
        assert!(log[1].1.contains(&ended), "{run}");
    }
    let run = gateway.wait_for_end(next).await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "ran")]));
    wait_for_processes(&folder).await;
    let statuses = gateway.call(paths::list_job_statuses()).await.json();
    assert!(statuses.as_array().unwrap().iter().all(|s| s["Status"] == 0), "{statuses}");
}

#[tokio::test]
async fn stopped_gateway_ends_its_run() {
    let folder = folder();
    let gateway = folder.serve(&["--concurrency", "1"]);
    let [long, next] = start_running_and_pending_run(&gateway).await;
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    wait_for_processes(&folder).await;

    let gateway = folder.serve(&[]);
    let run = gateway.wait_for_end(long).await;
    let reason = "The gateway was stopped while the job was running, and ended it.";
    let log = lines(&run);
    assert_eq!((run["State"].as_i64(), log[0], log.last()), (Some(3), (0, "begun"), Some(&(2, reason))));
    assert_eq!(gateway.wait_for_end(next).await["State"], 2);
}

#[tokio::test]
async fn second_signal_skips_the_grace_period() {
    let script =
        "trap '' TERM; echo $$ > parent; echo $$ > child; echo begun; while true; do sleep 0.1; done";
    let folder = ServerFolder::gateway(&shell_jobs(&[("deaf", script, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.execute("deaf").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    let start = Instant::now();
    gateway.signal("INT");
    // Two signals in quick succession can merge into one. The gateway is no longer ready after the first one.
    let stopping = async || (gateway.get("/health/ready").await.status == 503).then_some(());
    wait_until("the shutdown", stopping).await;
    gateway.signal("INT");
    assert!(gateway.wait().success());
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    wait_for_processes(&folder).await;
}

#[tokio::test]
async fn pending_run_of_a_removed_job_fails() {
    let folder = folder();
    let gateway = folder.serve(&["--concurrency", "1"]);
    let [_, next] = start_running_and_pending_run(&gateway).await;
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    let config = std::fs::read_to_string(folder.file("gateway.toml")).unwrap();
    std::fs::write(folder.file("gateway.toml"), shell_jobs(&[("long", LONG, "")])).unwrap();
    drop(folder.serve(&[]));
    std::fs::write(folder.file("gateway.toml"), config).unwrap();
    let gateway = folder.serve(&[]);
    let run = gateway.wait_for_end(next).await;
    let reason = "The job was removed from gateway.toml before the run started.";
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), vec![(2, reason)]));
}

/// The store never returns a claimed run again, so this removes the claim in the database.
#[tokio::test]
async fn run_that_the_store_returns_twice_starts_once() {
    let script = "echo run >> runs; echo begun; while [ ! -e go ]; do sleep 0.01; done";
    let folder = ServerFolder::gateway(&shell_jobs(&[("waits", script, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.execute("waits").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    let options = SqliteConnectOptions::new().filename(folder.file("txjobs-gateway.db"));
    let mut database = options.connect().await.unwrap();
    sqlx::raw_sql("UPDATE executions SET state = 0").execute(&mut database).await.unwrap();
    wait_until("the second claim", async || is_claimed(&mut database).await.then_some(())).await;
    std::fs::write(folder.file("go"), "").unwrap();
    assert_eq!(gateway.wait_for_end(run).await["State"], 2);
    assert_eq!(std::fs::read_to_string(folder.file("runs")).unwrap(), "run\n");
}

async fn is_claimed(database: &mut SqliteConnection) -> bool {
    sqlx::query_scalar("SELECT state = 1 FROM executions").fetch_one(database).await.unwrap()
}
