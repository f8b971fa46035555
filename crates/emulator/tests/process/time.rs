//! The times of runs when the clock is set.

use serde_json::Value;
use txjobs_sdk::paths;

use crate::admin::{serve, set_clock};
use crate::detached::{begin, home};
use crate::gateway_process::{Home, lines, shell_jobs};

const STEPS: &str = "echo one; while [ ! -e go ]; do sleep 0.01; done; echo two";

/// Returns the times of an execution in their order. All have the same format, so that their texts compare like times.
fn times(run: &Value) -> Vec<String> {
    let whole = |time: &Value| {
        let (date, fraction) = time
            .as_str()
            .unwrap()
            .trim_end_matches('Z')
            .split_once('.')
            .unwrap_or((time.as_str().unwrap().trim_end_matches('Z'), ""));
        format!("{date}.{fraction:0<6}")
    };
    let lines = run["JobExecutionLogs"].as_array().unwrap().iter().map(|line| whole(&line["TimeStamp"]));
    std::iter::once(whole(&run["CreateTime"])).chain(lines).chain([whole(&run["EndTime"])]).collect()
}

#[tokio::test]
async fn clock_set_back_does_not_reorder_a_log() {
    let home = Home::new(&shell_jobs(&[("steps", STEPS, "")]));
    let gateway = serve(&home, &[]);
    let run = gateway.execute("steps").await;
    gateway.until(run, |run| lines(run) == [(0, "one")]).await;
    set_clock(&gateway, "PUT", "", r#"{ "time": "2001-01-01T00:00:00Z" }"#).await;
    std::fs::write(home.path("go"), "").unwrap();
    let run = gateway.outcome(run).await;
    assert_eq!(lines(&run), [(0, "one"), (0, "two")]);
    assert!(times(&run).is_sorted(), "{run}");
}

#[tokio::test]
async fn clock_set_back_between_a_kill_and_the_next_start_does_not_reorder_a_log() {
    let home = Home::new(&shell_jobs(&[("steps", STEPS, "")]));
    let gateway = serve(&home, &[]);
    set_clock(&gateway, "PUT", "", r#"{ "time": "2060-01-01T00:00:00Z" }"#).await;
    let run = gateway.execute("steps").await;
    gateway.until(run, |run| lines(run) == [(0, "one")]).await;
    gateway.signal("KILL");
    gateway.wait();
    let gateway = home.serve(&[]);
    let run = gateway.outcome(run).await;
    assert_eq!((run["State"].as_i64(), lines(&run).len()), (Some(3), 2));
    assert!(times(&run).is_sorted(), "{run}");
}

#[tokio::test]
async fn run_that_waits_for_a_free_slot_logs_its_wait() {
    let home = Home::new(&shell_jobs(&[("steps", STEPS, ""), ("next", "echo ran", "")]));
    let gateway = serve(&home, &["--concurrency", "1"]);
    let first = gateway.execute("steps").await;
    gateway.until(first, |run| lines(run) == [(0, "one")]).await;
    let next = gateway.execute("next").await;
    let status = gateway.ask(paths::get_job_status(next.0)).await;
    assert_eq!(status["Message"], "The job is pending. It waits for a free slot: 1 of 1 runs are running.");
    set_clock(&gateway, "POST", "/advance", r#"{ "by": "1h" }"#).await;
    std::fs::write(home.path("go"), "").unwrap();
    let run = gateway.outcome(next).await;
    let said = lines(&run);
    assert!(said[0].0 == 0 && said[0].1.starts_with("Waited 1h"), "{run}");
    assert!(said[0].1.ends_with(" for a free slot: 1 of 1 runs were running."), "{run}");
    assert_eq!(said[1..], [(0, "ran")]);
    // A run that did not wait has no such line.
    assert_eq!(lines(&gateway.run("next").await), [(0, "ran")]);
}

#[tokio::test]
async fn timeout_ends_detached_children() {
    let (home, mut alive) = home("sleep 1000", "timeout = \"2h\"");
    let gateway = serve(&home, &[]);
    let run = begin(&gateway).await;
    alive.assert_all_detached();
    set_clock(&gateway, "POST", "/advance", r#"{ "by": "2h" }"#).await;
    let run = gateway.outcome(run).await;
    alive.assert_dead();
    assert!(lines(&run)[1].1.starts_with("Ended with the command: sleep ("), "{run}");
}
