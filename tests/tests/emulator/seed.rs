//! Generated organizations, and the reset.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use txjobs_test_support::{TestServer, wait_until_blocking};

use crate::{JOBS, LOAD, RawResponse, execute, get, has_ended, send_raw, wait_for_run};

/// A plan of an organization with two jobs and nine executions.
const SMALL_PLAN: &str =
    r#"{ "key": "a-key-for-tests-only", "organization": "Contoso", "jobs": 2, "executions": 9 }"#;
const KEY: &str = "a-key-for-tests-only";

fn small_plan() -> Value {
    serde_json::from_str(SMALL_PLAN).unwrap()
}

fn with_key(server: &TestServer, key: &str, method: &str, path: &str) -> RawResponse {
    send_raw(server.address(), &format!("{method} {path} HTTP/1.1\r\napiKey: {key}\r\ncontent-length: 0\r\n"))
}

fn jobs(server: &TestServer, key: &str) -> Value {
    with_key(server, key, "GET", "/public/jobs").json()
}

/// Returns the jobs and the logs of an organization.
fn jobs_and_logs(server: &TestServer, key: &str) -> Value {
    let jobs = jobs(server, key);
    let ids = jobs.as_array().unwrap().iter().map(|job| job["Id"].as_str().unwrap());
    let logs = ids.map(|id| with_key(server, key, "GET", &format!("/public/jobs/{id}/logs")).json());
    json!({ "logs": logs.collect::<Vec<_>>(), "jobs": jobs })
}

#[tokio::test]
async fn same_number_generates_the_same_organization_and_a_restart_keeps_it() {
    let mut server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let freeze = json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 });
    admin.set_clock(freeze.clone()).await;
    let seeded = admin.seed(small_plan()).await;
    assert_eq!((seeded.organization.as_str(), seeded.key.as_str()), ("Contoso", KEY));
    assert_eq!((seeded.jobs, seeded.executions), (2, 9));
    let first = jobs_and_logs(&server, KEY);
    let runs: Vec<_> =
        first["logs"].as_array().unwrap().iter().flat_map(|runs| runs.as_array().unwrap()).collect();
    assert_eq!(runs.len(), 9);
    let lines: usize = runs.iter().map(|run| run["JobExecutionLogs"].as_array().unwrap().len()).sum();
    assert_eq!(lines as u64, seeded.lines);
    assert!(
        runs.iter().all(|run| run["EndTime"].as_str().unwrap() < "2026-03-14T02:00:00Z"),
        "all runs are in the past"
    );

    server.kill_and_restart();
    assert_eq!(jobs_and_logs(&server, KEY), first, "after a restart");

    let admin = server.admin();
    admin.reset().await;
    assert_eq!(with_key(&server, KEY, "GET", "/public/jobs").status, 401, "the key is removed");
    admin.set_clock(freeze).await;
    admin.seed(small_plan()).await;
    assert_eq!(jobs_and_logs(&server, KEY), first, "the same number");
    let mut other = small_plan();
    other["number"] = json!(2);
    admin.reset().await;
    admin.seed(other).await;
    assert_ne!(jobs_and_logs(&server, KEY)["jobs"], first["jobs"], "another number");
}

#[tokio::test]
async fn generated_jobs_can_be_executed_with_their_key_only() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.seed(small_plan()).await;
    let job = jobs(&server, KEY)[0]["Id"].as_str().unwrap().to_owned();
    assert_eq!(get(&server, &format!("/public/jobs/{job}/status")).status, 404, "of another organization");
    admin.set_clock(json!({ "speed": 1000 })).await;
    let response = with_key(&server, KEY, "POST", &format!("/public/jobs/{job}/execute"));
    let trigger_id = response.json()["TriggerId"].as_str().unwrap().to_owned();
    let path = format!("/public/jobs/{job}/logs/{trigger_id}");
    let run = wait_until_blocking("the end of the run", || {
        let run = with_key(&server, KEY, "GET", &path).json()[0].clone();
        has_ended(&run).then_some(run)
    });
    assert!(run["JobExecutionLogs"].as_array().unwrap().len() > 3, "{run}");
}

#[tokio::test]
async fn hostile_fixture_has_long_runs_and_unusual_texts() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let hostile = json!({ "fixture": "hostile", "jobs": 40, "executions": 80, "longestRun": 3000 });
    let seeded = admin.seed(hostile).await;
    assert_eq!(seeded.organization, "Seed hostile 1");
    let jobs = jobs(&server, &seeded.key);
    let names: Vec<_> = jobs.as_array().unwrap().iter().map(|job| job["Name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 40);
    assert!(names.contains(&""), "an empty name");
    assert!(names.iter().any(|name| name.chars().count() == 300), "a long name");
    assert!(names.iter().any(|name| name.contains("<script")), "markup");
    assert!(names.iter().any(|name| name.contains('\u{202e}')), "text of another direction");
    let runs = with_key(
        &server,
        &seeded.key,
        "GET",
        &format!("/public/jobs/{}/logs", jobs[0]["Id"].as_str().unwrap()),
    );
    let runs = runs.json();
    let newest = runs.as_array().unwrap().last().unwrap()["JobExecutionLogs"].as_array().unwrap();
    assert_eq!(newest.len(), 3000);
    let longest = newest.iter().map(|line| line["Message"].as_str().unwrap().len()).max().unwrap();
    assert!(longest >= 5_000_000, "{longest}");
    let messages: String = newest
        .iter()
        .take(1000)
        .map(|line| line["Message"].as_str().unwrap())
        .filter(|m| m.len() < 1000)
        .collect();
    assert!(messages.contains('\u{1b}') && messages.contains("\r\n"), "control characters");
}

#[tokio::test]
async fn invalid_plan_is_refused() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.seed(small_plan()).await;
    let seed = async |plan: Value| {
        let (status, body) = admin.send_text(Method::POST, "/seed", &plan.to_string()).await;
        let status = StatusCode::from_u16(status).unwrap();
        (status, body["message"].as_str().unwrap_or_default().to_owned())
    };
    let (status, message) = seed(small_plan()).await;
    assert!(status == StatusCode::CONFLICT && message.contains("Contoso"), "{message}");
    for organization in ["Test", "Others"] {
        assert_eq!(seed(json!({ "organization": organization })).await.0, StatusCode::CONFLICT);
    }
    let (status, message) = seed(json!({ "organization": "Fabrikam", "key": KEY })).await;
    assert!(status == StatusCode::CONFLICT && message.contains("key"), "{message}");
    assert_eq!(
        seed(json!({ "organization": "Fabrikam", "jobs": 1 })).await.0,
        StatusCode::CREATED,
        "a refused plan leaves nothing"
    );
    for (body, name) in [
        (json!({ "jobs": 0 }), "jobs"),
        (json!({ "jobs": 50_001 }), "jobs"),
        (json!({ "executions": 100_001 }), "executions"),
        (json!({ "longestRun": 1_000_001 }), "longestRun"),
        (json!({ "longestRun": 1, "executions": 0 }), "longestRun"),
        (json!({ "key": "short" }), "key"),
        (json!({ "organization": "" }), "organization"),
        (json!({ "fixture": "friendly" }), "friendly"),
        (json!({ "number": -1 }), "-1"),
        (json!({ "size": 7 }), "size"),
    ] {
        let (status, message) = seed(body.clone()).await;
        assert!(status == StatusCode::BAD_REQUEST && message.contains(name), "{body}: {status} {message}");
    }
}

#[tokio::test]
async fn reset_ends_runs_and_keeps_declared_jobs() {
    let server = TestServer::emulator(
        &(JOBS.to_owned()
            + r#"
        [[organization]]
        name = "Processes"
        [[organization.job]]
        name = "Endless"
        id = "44444444-4444-4444-8444-444444444444"
        command = ["sh", "-c", "echo started; exec sleep 1000"]
        "#),
    );
    let admin = server.admin();
    admin.freeze_clock().await;
    admin.set_behavior(json!({ "casing": "camel", "busy": "queue" })).await;
    admin.add_fault(json!({ "operation": "cancel_job", "effect": { "kind": "reset" } })).await;
    let seeded = admin.seed(small_plan()).await;
    for _ in 0..3 {
        execute(&server, crate::SLOW);
    }
    let other_jobs = jobs(&server, &seeded.key);
    with_key(
        &server,
        &seeded.key,
        "POST",
        &format!("/public/jobs/{}/execute", other_jobs[0]["id"].as_str().unwrap()),
    );

    admin.reset().await;
    assert_eq!(with_key(&server, &seeded.key, "GET", "/public/jobs").status, 401);
    assert!(admin.journal("status=200").await.is_empty());
    assert_eq!(
        jobs(&server, server.key()).as_array().unwrap().len(),
        2,
        "the key and the default behavior work"
    );
    assert_eq!(get(&server, &format!("/public/jobs/{}/logs", crate::SLOW)).json(), json!([]));
    assert_eq!(admin.clock().await["adjusted"], false);
    assert_eq!(admin.faults().await, json!([]));
    // Jobs can be executed again.
    let trigger_id = execute(&server, LOAD);
    assert_eq!(wait_for_run(&server, LOAD, &trigger_id, has_ended)["State"], 5);
}
