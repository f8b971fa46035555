//! `seed`: a history of past runs.

use serde_json::Value;
use txjobs_sdk::{Timestamp, paths};
use txjobs_store::{OrganizationStore, SqliteStore, Store};
use txjobs_test_support::{CommandOutput, ServerFolder, TestServer, lines};

const CONFIG: &str = r#"
[[organization]]
name = "Contoso"
[[organization.job]]
name = "Load"
[organization.job.script]
state = "completed"
lines = [{ after = "10ms", message = "Batch {n}", repeat = 1000 }]
[[organization.job.script.history]]
state = "failed"
lines = [{ severity = "error", message = "lost" }]
"#;

#[track_caller]
fn assert_error(output: &CommandOutput, expected: &str) {
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains(expected), "{output:?}");
}

#[tokio::test]
async fn same_number_generates_the_same_history() {
    let mut histories = Vec::new();
    for number in ["7", "7", "8"] {
        let folder = ServerFolder::emulator(CONFIG);
        folder.run(&["seed", "--days", "40", "--number", number]).expect_success();
        assert_error(&folder.run(&["seed"]), "has a history already");
        let emulator = folder.serve(&[]);
        let job = emulator.job("Load").await;
        let runs = emulator.call(paths::get_job_logs(job, None, None)).await.json();
        let runs = runs.as_array().unwrap().clone();
        assert!((38..=40).contains(&runs.len()), "{}", runs.len());
        for state in [2, 3] {
            assert!(runs.iter().any(|r| r["State"] == state));
        }
        let summary = |r: &Value| {
            (r["Id"].clone(), r["TriggerId"].clone(), r["JobExecutionLogs"].as_array().unwrap().len())
        };
        histories.push(runs.iter().map(summary).collect::<Vec<_>>());
    }
    assert_eq!(histories[0], histories[1]);
    assert_ne!(histories[0], histories[2]);
}

/// Returns the executions of a job, as pairs of the starter and the time of the start.
async fn starts(emulator: &TestServer, name: &str) -> Vec<(Value, Timestamp)> {
    let job = emulator.job(name).await;
    let runs = emulator.call(paths::get_job_logs(job, None, None)).await.json();
    let runs = runs.as_array().unwrap();
    runs.iter()
        .map(|run| (run["StartedBy"].clone(), run["CreateTime"].as_str().unwrap().parse().unwrap()))
        .collect()
}

#[tokio::test]
async fn history_follows_the_schedules() {
    let config = r#"
[[organization]]
name = "Contoso"
[[organization.job]]
name = "Nightly"
schedule = "0 2 * * *"
script = { state = "completed", lines = [{ after = "5s", message = "loaded" }] }
[[organization.job]]
name = "Fails"
after = ["Nightly"]
script = { state = "failed", lines = [{ message = "read" }] }
[[organization.job]]
name = "Report"
after = ["Nightly", "Daily"]
script = { state = "completed", lines = [{ message = "reported" }] }
[[organization.job]]
name = "Never"
after = ["Fails"]
script = { state = "completed", lines = [] }
[[organization.job]]
name = "Daily"
script = { state = "completed with warnings", lines = [{ message = "read" }] }
"#;
    let folder = ServerFolder::emulator(config);
    folder.run(&["seed", "--days", "20"]).expect_success();
    let emulator = folder.serve(&[]);
    let nightly = starts(&emulator, "Nightly").await;
    assert_eq!(nightly.len(), 20);
    for (starter, start) in &nightly {
        assert_eq!(starter, 1);
        assert!(start.to_string().contains("T02:00:0"), "{start}");
    }
    let fails = starts(&emulator, "Fails").await;
    assert_eq!(fails.len(), 20);
    for ((starter, start), (_, nightly)) in fails.iter().zip(&nightly) {
        assert_eq!(starter, 2);
        assert!(start > nightly);
    }
    let report = starts(&emulator, "Report").await;
    assert!((18..=20).contains(&report.len()), "{}", report.len());
    assert_eq!(starts(&emulator, "Never").await, []);
    let job = emulator.job("Report").await;
    let runs = emulator.call(paths::get_job_logs(job, None, None)).await.json();
    let expected = [(0, "Started after \"Nightly\" and \"Daily\" completed."), (0, "reported")];
    assert_eq!(lines(&runs[0]), expected);
}

#[tokio::test]
async fn seed_with_another_configuration_changes_no_jobs() {
    let folder = ServerFolder::emulator(CONFIG);
    let emulator = folder.serve(&[]);
    let other = [CONFIG.replace("Load", "Other"), CONFIG.replace("Contoso", "Fabrikam")].concat();
    std::fs::write(folder.file("other.toml"), other).unwrap();
    assert_error(&folder.run(&["seed", "--config", "other.toml"]), "Another gateway uses the database");
    drop(emulator);

    // The history adds its organization and jobs, and changes no existing job.
    folder.run(&["seed", "--config", "other.toml"]).expect_success();
    let store = SqliteStore::open(&folder.file("txjobs-gateway.db")).await.unwrap();
    let contoso = store.organization_id("Contoso").await.unwrap().unwrap();
    let names: Vec<_> = store.jobs(contoso).await.unwrap().into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Load"]);
    store.close().await;

    let emulator = folder.serve(&["--config", "other.toml"]);
    let job = emulator.job("Other").await;
    let runs = emulator.call(paths::get_job_logs(job, None, None)).await.json();
    assert!(!runs.as_array().unwrap().is_empty());
}

#[test]
fn check_lists_scripts_and_commands() {
    let command = "[[organization.job]]\nname = \"Date\"\ncommand = [\"date\"]\n";
    let folder = ServerFolder::emulator(&format!("{CONFIG}{command}"));
    let listed = folder.run(&["check"]).expect_success();
    assert!(listed.contains("Load\tscript of 1000 lines, ends completed\n"), "{listed}");
    assert!(listed.contains("Date\tcommand [\"date\"]\n"), "{listed}");
}
