//! No accepted run is lost, and none is left running, however the gateway ends.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use txjobs_sdk::paths;

use crate::gateway_process::{Gateway, Home, is_alive, lines, shell_jobs, until};

const LONG: &str = "echo $$ > parent; sleep 1000 & echo $! > child; echo begun; wait";

fn home() -> Home {
    Home::new(&shell_jobs(&[("long", LONG, ""), ("next", "echo ran", "")]))
}

async fn nothing_is_left(home: &Home) {
    for name in ["parent", "child"] {
        let pid = std::fs::read_to_string(home.path(name)).unwrap();
        until("the end of the command", async || (!is_alive(&pid)).then_some(())).await;
    }
}

async fn a_running_and_a_pending_run(
    gateway: &Gateway,
) -> [(txjobs_sdk::types::JobId, txjobs_sdk::types::TriggerId); 2] {
    let long = gateway.execute("long").await;
    gateway.until(long, |run| lines(run) == [(0, "begun")]).await;
    let next = gateway.execute("next").await;
    assert_eq!(gateway.ask(paths::get_job_status(next.0)).await["Status"], 1);
    [long, next]
}

#[tokio::test]
async fn killed_in_the_middle_of_a_run() {
    let home = home();
    let gateway = home.serve(&["--concurrency", "1"]);
    let [long, next] = a_running_and_a_pending_run(&gateway).await;
    gateway.signal("KILL");
    gateway.wait();
    let parent = std::fs::read_to_string(home.path("parent")).unwrap();
    assert!(is_alive(&parent), "otherwise this shows nothing");

    let gateway = home.serve(&["--concurrency", "1"]);
    let run = gateway.outcome(long).await;
    assert_eq!(run["State"], 3);
    let said = lines(&run);
    assert_eq!((said.len(), said[0], said[1].0), (2, (0, "begun"), 2));
    assert!(said[1].1.starts_with("The gateway was killed or crashed"), "{run}");
    let parent = parent.trim();
    if cfg!(target_os = "linux") {
        let ended = format!(
            " Processes that were still running at the next start were ended: sh ({parent}), sleep ("
        );
        assert!(said[1].1.contains(&ended), "{run}");
    }
    let run = gateway.outcome(next).await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "ran")]));
    nothing_is_left(&home).await;
    let statuses = gateway.ask(paths::list_job_statuses()).await;
    assert!(statuses.as_array().unwrap().iter().all(|s| s["Status"] == 0), "{statuses}");
}

#[tokio::test]
async fn stopped_in_the_middle_of_a_run() {
    let home = home();
    let gateway = home.serve(&["--concurrency", "1"]);
    let [long, next] = a_running_and_a_pending_run(&gateway).await;
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    nothing_is_left(&home).await;

    let gateway = home.serve(&[]);
    let run = gateway.outcome(long).await;
    let because = "The gateway was stopped while the job was running, and ended it.";
    let said = lines(&run);
    assert_eq!((run["State"].as_i64(), said[0], said.last()), (Some(3), (0, "begun"), Some(&(2, because))));
    assert_eq!(gateway.outcome(next).await["State"], 2);
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let deaf = "trap '' TERM; echo $$ > parent; echo $$ > child; echo begun; while true; do sleep 0.1; done";
    let home = Home::new(&shell_jobs(&[("deaf", deaf, "")]));
    let gateway = home.serve(&[]);
    let run = gateway.execute("deaf").await;
    gateway.until(run, |run| lines(run) == [(0, "begun")]).await;
    let start = std::time::Instant::now();
    gateway.signal("INT");
    // Two signals that come together are one: wait until the first one was heard.
    until("the end of listening", async || reqwest::get(&gateway.url).await.is_err().then_some(())).await;
    gateway.signal("INT");
    assert!(gateway.wait().success());
    assert!(start.elapsed() < std::time::Duration::from_secs(4), "{:?}", start.elapsed());
    nothing_is_left(&home).await;
}

#[tokio::test]
async fn a_job_taken_out_of_the_configuration_while_pending() {
    let home = home();
    let gateway = home.serve(&["--concurrency", "1"]);
    let [_, next] = a_running_and_a_pending_run(&gateway).await;
    gateway.signal("TERM");
    gateway.wait();
    let whole = std::fs::read_to_string(home.path("gateway.toml")).unwrap();
    std::fs::write(home.path("gateway.toml"), shell_jobs(&[("long", LONG, "")])).unwrap();
    drop(home.serve(&[]));
    std::fs::write(home.path("gateway.toml"), whole).unwrap();
    let gateway = home.serve(&[]);
    let run = gateway.outcome(next).await;
    let because = "The job was removed from gateway.toml before the run started.";
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(3), vec![(2, because)]));
}

/// The store never returns a claimed run again, so this removes the claim in the database.
#[tokio::test]
async fn run_that_the_store_gives_out_twice_starts_once() {
    let script = "echo run >> runs; echo begun; while [ ! -e go ]; do sleep 0.01; done";
    let home = Home::new(&shell_jobs(&[("waits", script, "")]));
    let gateway = home.serve(&[]);
    let run = gateway.execute("waits").await;
    gateway.until(run, |run| lines(run) == [(0, "begun")]).await;
    let options = SqliteConnectOptions::new().filename(home.path("txjobs-gateway.db"));
    let mut database = options.connect().await.unwrap();
    sqlx::raw_sql("UPDATE executions SET state = 0").execute(&mut database).await.unwrap();
    until("the second claim", async || is_claimed(&mut database).await.then_some(())).await;
    std::fs::write(home.path("go"), "").unwrap();
    assert_eq!(gateway.outcome(run).await["State"], 2);
    assert_eq!(std::fs::read_to_string(home.path("runs")).unwrap(), "run\n");
}

async fn is_claimed(database: &mut SqliteConnection) -> bool {
    sqlx::query_scalar("SELECT state = 1 FROM executions").fetch_one(database).await.unwrap()
}
