use serde_json::json;
use txjobs_tests::gateway::Gateway;

use crate::{JOBS, LOAD, SLOW, ended, execute, get, line_count, until};

#[tokio::test]
async fn a_frozen_clock_dates_everything_and_an_advance_ends_what_waits() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let clock = admin.clock(json!({ "time": "2031-05-06T07:08:09.25Z", "speed": 0 })).await;
    assert_eq!(clock, json!({ "time": "2031-05-06T07:08:09.250Z", "speed": 0.0, "adjusted": true }));

    let trigger_id = execute(&gateway, SLOW);
    let run = until(&gateway, SLOW, &trigger_id, |run| line_count(run) == 1);
    assert_eq!(run["CreateTime"], "2031-05-06T07:08:09.250Z");
    assert_eq!(run["JobExecutionLogs"][0]["TimeStamp"], "2031-05-06T07:08:09.250Z");
    // Rounded up.
    assert_eq!(get(&gateway, "/public/jobs").header("date"), Some("Tue, 06 May 2031 07:08:10 GMT"));

    admin.advance("59m").await;
    assert_eq!(get(&gateway, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 2);
    admin.advance("1m").await;
    let run = until(&gateway, SLOW, &trigger_id, ended);
    assert_eq!(run["EndTime"], "2031-05-06T08:08:09.250Z");
    assert_eq!(line_count(&run), 2);
    assert_eq!(admin.journal("operation=list_jobs").await[0].time, "2031-05-06T07:08:09.250Z");
}

#[tokio::test]
async fn a_quick_clock_is_quick() {
    let gateway = Gateway::emulator(JOBS);
    gateway.admin().clock(json!({ "speed": 36000 })).await;
    let trigger_id = execute(&gateway, SLOW);
    let run = until(&gateway, SLOW, &trigger_id, ended);
    assert_eq!(run["State"], 2, "an hour has passed: {run}");
}

#[tokio::test]
async fn the_clock_is_given_back() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.clock(json!({ "time": "2001-01-01T00:00:00+01:00" })).await;
    let set = admin.journal("").await;
    assert!(set.is_empty(), "what /admin is asked is not in the journal");
    get(&gateway, "/public/jobs");
    assert!(admin.journal("").await[0].time.starts_with("2000-12-31T23:00:"));
    let answer = admin.request(reqwest::Method::DELETE, "/clock").send().await.unwrap();
    let clock: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(clock["adjusted"], false);
    assert!(clock["time"].as_str().unwrap() > "2026");
    // What was requested by another clock is not forgotten.
    admin.clock(json!({ "time": "2060-01-01T00:00:00Z" })).await;
    let trigger_id = execute(&gateway, LOAD);
    admin.request(reqwest::Method::DELETE, "/clock").send().await.unwrap();
    until(&gateway, LOAD, &trigger_id, ended);
}

#[tokio::test]
async fn a_command_s_time_out_follows_the_clock() {
    let gateway = Gateway::emulator(
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
    let trigger_id = execute(&gateway, LOAD);
    until(&gateway, LOAD, &trigger_id, |run| line_count(run) == 1);
    gateway.admin().advance("2h").await;
    let run = until(&gateway, LOAD, &trigger_id, ended);
    assert_eq!(run["State"], 3);
    assert!(run["JobExecutionLogs"][1]["Message"].as_str().unwrap().contains("timeout"), "{run}");
}
