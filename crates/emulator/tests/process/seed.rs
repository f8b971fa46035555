//! `seed`: a history of past runs.

use std::process::Output;

use serde_json::Value;
use txjobs_sdk::paths;
use txjobs_store::Store;

use crate::gateway_process::Home;

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
fn assert_error(output: &Output, expected: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn same_number_generates_the_same_history() {
    let mut histories = Vec::new();
    for number in ["7", "7", "8"] {
        let home = Home::new(CONFIG);
        assert!(home.run(&["seed", "--days", "40", "--number", number]).status.success());
        assert_error(&home.run(&["seed"]), "has a history already");
        let gateway = home.serve(&[]);
        let job = gateway.job("Load").await;
        let runs = gateway.ask(paths::get_job_logs(job, None, None)).await;
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

#[tokio::test]
async fn seed_with_another_configuration_changes_no_jobs() {
    let home = Home::new(CONFIG);
    let gateway = home.serve(&[]);
    let other = CONFIG.replace("Load", "Other") + &CONFIG.replace("Contoso", "Fabrikam");
    std::fs::write(home.path("other.toml"), other).unwrap();
    assert_error(&home.run(&["seed", "--config", "other.toml"]), "Another gateway uses the database");
    drop(gateway);

    // The history adds its organization and jobs, and changes no existing job.
    assert!(home.run(&["seed", "--config", "other.toml"]).status.success());
    let store = Store::open(home.path("txjobs-gateway.db").as_ref()).await.unwrap();
    let contoso = store.organization_id("Contoso").await.unwrap().unwrap();
    let names: Vec<_> = store.jobs(contoso).await.unwrap().into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Load"]);
    store.close().await;

    let gateway = home.serve(&["--config", "other.toml"]);
    let job = gateway.job("Other").await;
    let runs = gateway.ask(paths::get_job_logs(job, None, None)).await;
    assert!(!runs.as_array().unwrap().is_empty());
}

#[test]
fn check_lists_scripts_and_commands() {
    let command = "[[organization.job]]\nname = \"Date\"\ncommand = [\"date\"]\n";
    let home = Home::new(&format!("{CONFIG}{command}"));
    let checked = home.run(&["check"]);
    assert!(checked.status.success());
    let listed = String::from_utf8(checked.stdout).unwrap();
    assert!(listed.contains("Load\tscript of 1000 lines, ends completed\n"), "{listed}");
    assert!(listed.contains("Date\tcommand [\"date\"]\n"), "{listed}");
}
