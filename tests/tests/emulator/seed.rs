use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use txjobs_tests::gateway::Gateway;

use crate::{JOBS, LOAD, ask, ended, execute, get, until, wire::Answer};

/// An organization of two jobs and a few runs, with a key that tests know.
const SMALL: &str =
    r#"{ "key": "a-key-for-tests-only", "organization": "Contoso", "jobs": 2, "executions": 9 }"#;
const KEY: &str = "a-key-for-tests-only";

fn small() -> Value {
    serde_json::from_str(SMALL).unwrap()
}

fn with_key(gateway: &Gateway, key: &str, method: &str, path: &str) -> Answer {
    ask(gateway.address(), &format!("{method} {path} HTTP/1.1\r\napiKey: {key}\r\ncontent-length: 0\r\n"))
}

fn jobs(gateway: &Gateway, key: &str) -> Value {
    with_key(gateway, key, "GET", "/public/jobs").json()
}

/// Everything that can be seen of an organization.
fn all_of(gateway: &Gateway, key: &str) -> Value {
    let jobs = jobs(gateway, key);
    let ids = jobs.as_array().unwrap().iter().map(|job| job["Id"].as_str().unwrap());
    let logs = ids.map(|id| with_key(gateway, key, "GET", &format!("/public/jobs/{id}/logs")).json());
    json!({ "logs": logs.collect::<Vec<_>>(), "jobs": jobs })
}

#[tokio::test]
async fn the_same_number_makes_the_same_organization_and_a_restart_keeps_it() {
    let mut gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let freeze = json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 });
    admin.clock(freeze.clone()).await;
    let seeded = admin.seed(small()).await;
    assert_eq!((seeded.organization.as_str(), seeded.key.as_str()), ("Contoso", KEY));
    assert_eq!((seeded.jobs, seeded.executions), (2, 9));
    let first = all_of(&gateway, KEY);
    let runs: Vec<_> =
        first["logs"].as_array().unwrap().iter().flat_map(|runs| runs.as_array().unwrap()).collect();
    assert_eq!(runs.len(), 9);
    let lines: usize = runs.iter().map(|run| run["JobExecutionLogs"].as_array().unwrap().len()).sum();
    assert_eq!(lines as u64, seeded.lines);
    assert!(runs.iter().all(|run| run["EndTime"].as_str().unwrap() < "2026-03-14T02:00:00Z"), "a past");

    gateway.kill_and_restart();
    assert_eq!(all_of(&gateway, KEY), first, "after a restart");

    let admin = gateway.admin();
    admin.reset().await;
    assert_eq!(with_key(&gateway, KEY, "GET", "/public/jobs").status, 401, "its key went with it");
    admin.clock(freeze).await;
    admin.seed(small()).await;
    assert_eq!(all_of(&gateway, KEY), first, "made again");
    let mut other = small();
    other["number"] = json!(2);
    admin.reset().await;
    admin.seed(other).await;
    assert_ne!(all_of(&gateway, KEY)["jobs"], first["jobs"], "another number");
}

#[tokio::test]
async fn its_jobs_can_be_run_and_nobody_else_sees_them() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.seed(small()).await;
    let job = jobs(&gateway, KEY)[0]["Id"].as_str().unwrap().to_owned();
    assert_eq!(get(&gateway, &format!("/public/jobs/{job}/status")).status, 404, "of another organization");
    admin.clock(json!({ "speed": 1000 })).await;
    let answer = with_key(&gateway, KEY, "POST", &format!("/public/jobs/{job}/execute"));
    let trigger_id = answer.json()["TriggerId"].as_str().unwrap().to_owned();
    let path = format!("/public/jobs/{job}/logs/{trigger_id}");
    let run = loop {
        let run = with_key(&gateway, KEY, "GET", &path).json()[0].clone();
        if ended(&run) {
            break run;
        }
    };
    assert!(run["JobExecutionLogs"].as_array().unwrap().len() > 3, "{run}");
}

#[tokio::test]
async fn a_run_can_be_long_and_texts_hostile() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let hostile = json!({ "fixture": "hostile", "jobs": 40, "executions": 80, "longestRun": 3000 });
    let seeded = admin.seed(hostile).await;
    assert_eq!(seeded.organization, "Seed hostile 1");
    let jobs = jobs(&gateway, &seeded.key);
    let names: Vec<_> = jobs.as_array().unwrap().iter().map(|job| job["Name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 40);
    assert!(names.contains(&""), "an empty name");
    assert!(names.iter().any(|name| name.chars().count() == 300), "a long name");
    assert!(names.iter().any(|name| name.contains("<script")), "markup");
    assert!(names.iter().any(|name| name.contains('\u{202e}')), "text that turns around");
    let runs = with_key(
        &gateway,
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
async fn what_cannot_be_made_is_refused() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.seed(small()).await;
    let seed = async |body: Value| {
        let request = admin.request(Method::POST, "/seed").header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        (
            answer.status(),
            answer.json::<Value>().await.unwrap()["message"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let (status, message) = seed(small()).await;
    assert!(status == StatusCode::CONFLICT && message.contains("Contoso"), "{message}");
    for organization in ["Test", "Others"] {
        assert_eq!(seed(json!({ "organization": organization })).await.0, StatusCode::CONFLICT);
    }
    let (status, message) = seed(json!({ "organization": "Fabrikam", "key": KEY })).await;
    assert!(status == StatusCode::CONFLICT && message.contains("key"), "{message}");
    assert_eq!(
        seed(json!({ "organization": "Fabrikam", "jobs": 1 })).await.0,
        StatusCode::CREATED,
        "nothing was left"
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
async fn a_reset_ends_what_runs_and_leaves_what_is_declared() {
    let gateway = Gateway::emulator(
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
    let admin = gateway.admin();
    admin.freeze().await;
    admin.behavior(json!({ "casing": "camel", "busy": "queue" })).await;
    admin.fault(json!({ "operation": "cancel_job", "effect": { "kind": "reset" } })).await;
    let seeded = admin.seed(small()).await;
    for _ in 0..3 {
        execute(&gateway, crate::SLOW);
    }
    let others = jobs(&gateway, &seeded.key);
    with_key(
        &gateway,
        &seeded.key,
        "POST",
        &format!("/public/jobs/{}/execute", others[0]["id"].as_str().unwrap()),
    );

    admin.reset().await;
    assert_eq!(with_key(&gateway, &seeded.key, "GET", "/public/jobs").status, 401);
    assert!(admin.journal("status=200").await.is_empty());
    assert_eq!(
        jobs(&gateway, gateway.key()).as_array().unwrap().len(),
        2,
        "its own key still opens it, in the usual way"
    );
    assert_eq!(get(&gateway, &format!("/public/jobs/{}/logs", crate::SLOW)).json(), json!([]));
    let clock: Value = admin.request(Method::GET, "/clock").send().await.unwrap().json().await.unwrap();
    assert_eq!(clock["adjusted"], false);
    let faults: Value = admin.request(Method::GET, "/faults").send().await.unwrap().json().await.unwrap();
    assert_eq!(faults, json!([]));
    // And work goes on.
    let trigger_id = execute(&gateway, LOAD);
    assert_eq!(until(&gateway, LOAD, &trigger_id, ended)["State"], 5);
}
