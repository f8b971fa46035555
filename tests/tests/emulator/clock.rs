//! The clock of the emulator.

use serde_json::json;
use txjobs_test_support::TestServer;

use crate::{JOBS, LOAD, SLOW, execute, get, has_ended, line_count, wait_for_run};

#[tokio::test]
async fn frozen_clock_sets_all_times_and_an_advance_ends_the_run() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let clock = admin.set_clock(json!({ "time": "2031-05-06T07:08:09.25Z", "speed": 0 })).await;
    assert_eq!(clock, json!({ "time": "2031-05-06T07:08:09.250Z", "speed": 0.0, "adjusted": true }));

    let trigger_id = execute(&server, SLOW);
    let run = wait_for_run(&server, SLOW, &trigger_id, |run| line_count(run) == 1);
    assert_eq!(run["CreateTime"], "2031-05-06T07:08:09.250Z");
    assert_eq!(run["JobExecutionLogs"][0]["TimeStamp"], "2031-05-06T07:08:09.250Z");
    // The header is rounded up.
    assert_eq!(get(&server, "/public/jobs").header("date"), Some("Tue, 06 May 2031 07:08:10 GMT"));

    admin.advance_clock("59m").await;
    assert_eq!(get(&server, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 2);
    admin.advance_clock("1m").await;
    let run = wait_for_run(&server, SLOW, &trigger_id, has_ended);
    assert_eq!(run["EndTime"], "2031-05-06T08:08:09.250Z");
    assert_eq!(line_count(&run), 2);
    assert_eq!(admin.journal("operation=list_jobs").await[0].time, "2031-05-06T07:08:09.250Z");
}

#[tokio::test]
async fn fast_clock_shortens_runs() {
    let server = TestServer::emulator(JOBS);
    server.admin().set_clock(json!({ "speed": 36000 })).await;
    let trigger_id = execute(&server, SLOW);
    let run = wait_for_run(&server, SLOW, &trigger_id, has_ended);
    assert_eq!(run["State"], 2, "an hour has passed: {run}");
}

#[tokio::test]
async fn reset_clock_follows_the_system_again() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.set_clock(json!({ "time": "2001-01-01T00:00:00+01:00" })).await;
    assert!(admin.journal("").await.is_empty(), "admin requests are not in the journal");
    get(&server, "/public/jobs");
    assert!(admin.journal("").await[0].time.starts_with("2000-12-31T23:00:"));
    let clock = admin.reset_clock().await;
    assert_eq!(clock["adjusted"], false);
    assert!(clock["time"].as_str().unwrap() > "2026");
    // A run that was requested at another time is executed.
    admin.set_clock(json!({ "time": "2060-01-01T00:00:00Z" })).await;
    let trigger_id = execute(&server, LOAD);
    admin.reset_clock().await;
    wait_for_run(&server, LOAD, &trigger_id, has_ended);
}

#[tokio::test]
async fn timeout_of_a_command_follows_the_clock() {
    let server = TestServer::emulator(
        r#"
        [[organization]]
        name = "Test"
        [[organization.job]]
        name = "Endless"
        id = "11111111-1111-4111-8111-111111111111"
        command = ["sh", "-c", "echo started; exec sleep 1000"]
        timeout = "2h"
        "#,
    );
    let trigger_id = execute(&server, LOAD);
    wait_for_run(&server, LOAD, &trigger_id, |run| line_count(run) == 1);
    server.admin().advance_clock("2h").await;
    let run = wait_for_run(&server, LOAD, &trigger_id, has_ended);
    assert_eq!(run["State"], 3);
    assert!(run["JobExecutionLogs"][1]["Message"].as_str().unwrap().contains("timeout"), "{run}");
}
