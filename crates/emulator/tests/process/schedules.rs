//! Schedules, with a clock that is set.

use serde_json::{Value, json};
use txjobs_sdk::paths;
use txjobs_sdk::types::TriggerId;
use txjobs_test_support::{ServerFolder, TestServer, lines, wait_until};

const CONFIG: &str = r#"
[[organization]]
name = "Contoso"

[[organization.job]]
name = "Nightly"
schedule = "0 2 * * *"
time_zone = "Europe/Copenhagen"
[organization.job.script]
state = "completed"
lines = [{ message = "loaded" }]

[[organization.job]]
name = "Report"
after = ["Nightly"]
[organization.job.script]
state = "completed"
lines = [{ message = "reported" }]
"#;

/// Waits until a job has this number of executions, and returns the newest one.
async fn wait_for_run(emulator: &TestServer, name: &str, count: usize) -> Value {
    let job = emulator.job(name).await;
    wait_until("the run", async || {
        let runs = emulator.call(paths::get_job_logs(job, None, None)).await.json();
        let runs = runs.as_array().unwrap();
        let newest = runs.last().filter(|run| runs.len() == count && run["State"] == 2)?;
        Some(newest.clone())
    })
    .await
}

#[tokio::test]
async fn jobs_start_when_the_clock_is_set_and_again_after_a_reset() {
    let emulator = ServerFolder::emulator(CONFIG).serve(&[]);
    let admin = emulator.admin();
    admin.set_clock(json!({ "time": "2099-01-01T01:00:05Z" })).await;
    let nightly = wait_for_run(&emulator, "Nightly", 1).await;
    assert_eq!(nightly["StartedBy"], 1);
    let report = wait_for_run(&emulator, "Report", 1).await;
    assert_eq!(lines(&report), [(0, "Started after \"Nightly\" completed."), (0, "reported")]);
    admin.set_clock(json!({ "time": "2099-01-03T00:30:00Z" })).await;
    let late = wait_for_run(&emulator, "Nightly", 2).await;
    assert!(
        lines(&late)[0]
            .1
            .starts_with("Due at 2099-01-02T02:00:00+01:00 (Europe/Copenhagen), started 23h 30m")
    );

    admin.reset().await;
    admin.set_clock(json!({ "time": "2080-06-01T00:30:00Z" })).await;
    let nightly = wait_for_run(&emulator, "Nightly", 1).await;
    assert!(
        lines(&nightly)[0]
            .1
            .starts_with("Due at 2080-06-01T02:00:00+02:00 (Europe/Copenhagen), started 30m "),
        "{nightly}"
    );
}

#[tokio::test]
async fn scheduled_run_is_found_by_its_execution_with_extensions_only() {
    let emulator = ServerFolder::emulator(CONFIG).serve(&[]);
    let admin = emulator.admin();
    admin.set_clock(json!({ "time": "2099-01-01T01:00:05Z" })).await;
    let run = wait_for_run(&emulator, "Nightly", 1).await;
    let job = emulator.job("Nightly").await;
    let find = async || {
        let id = TriggerId(run["Id"].as_str().unwrap().parse().unwrap());
        emulator.call(paths::get_job_logs_by_trigger(job, id, None)).await
    };
    assert_eq!(find().await.json(), json!([run]));
    admin.set_behavior(json!({ "extensions": false })).await;
    assert_eq!(find().await.json(), json!([]));
    admin.set_behavior(json!({ "extensions": false, "unknownTrigger": "notFound" })).await;
    assert_eq!(find().await.status, 404);
}
