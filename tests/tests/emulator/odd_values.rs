//! Texts, ids and numbers as other servers write them, byte by byte.

use serde_json::{Value, json};
use txjobs_test_support::TestServer;

use crate::{JOBS, LOAD, RawResponse, SLOW, execute, get, has_ended, line_count, wait_for_run};

/// Returns the log of a run of "Load" with these settings, requested twice.
async fn logs_with(settings: Value) -> [RawResponse; 2] {
    let server = TestServer::emulator(JOBS);
    let trigger_id = execute(&server, LOAD);
    wait_for_run(&server, LOAD, &trigger_id, has_ended);
    server.admin().set_behavior(settings).await;
    let path = format!("/public/jobs/{LOAD}/logs/{trigger_id}");
    [get(&server, &path), get(&server, &path)]
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn lines(response: &RawResponse) -> Vec<Value> {
    response.json()[0]["JobExecutionLogs"].as_array().unwrap().clone()
}

fn ids(response: &RawResponse) -> Vec<Option<String>> {
    lines(response).iter().map(|line| line["Id"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn unpaired_surrogates_end_names_and_messages() {
    let [logs, _] = logs_with(json!({ "badText": "unpairedSurrogates" })).await;
    let text = std::str::from_utf8(&logs.bytes).unwrap();
    assert!(text.contains(r#""Reading\ud"#) && text.contains(r#""Written 3\ud"#), "{text}");
    assert!(serde_json::from_str::<Value>(text).is_err(), "a strict parser refuses it");

    let server = TestServer::emulator(JOBS);
    server.admin().set_behavior(json!({ "badText": "unpairedSurrogates" })).await;
    let jobs = get(&server, "/public/jobs");
    assert!(jobs.body.contains(r#""Load\ud"#), "{jobs:?}");
    assert!(jobs.is_complete && jobs.header("etag").is_none(), "{jobs:?}");
    assert!(get(&server, "/public/jobs/status").body.contains(r"is idle.\ud"), "messages, too");
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_end_names_and_messages() {
    let [logs, _] = logs_with(json!({ "badText": "invalidUtf8" })).await;
    assert!(std::str::from_utf8(&logs.bytes).is_err());
    assert!(contains(&logs.bytes, b"\"Reading\xe2\x82\""), "{logs:?}");
    assert_eq!(lines(&logs).len(), 5, "everything else is valid: {logs:?}");
    assert!(lines(&logs).iter().all(|line| line["Message"].as_str().unwrap().ends_with('\u{fffd}')));
}

#[tokio::test]
async fn untrusted_ids_of_log_lines_are_written() {
    let [first, second] = logs_with(json!({})).await;
    assert_eq!(ids(&first), ids(&second));
    let [first, second] = logs_with(json!({ "logIds": "changing" })).await;
    assert!(ids(&first).iter().all(|id| id.is_some() && !ids(&second).contains(id)), "{first:?} {second:?}");
    let [first, _] = logs_with(json!({ "logIds": "identical" })).await;
    let empty = Some("00000000-0000-0000-0000-000000000000".to_owned());
    assert_eq!(ids(&first), vec![empty; 5]);
    let [first, _] = logs_with(json!({ "logIds": "missing" })).await;
    assert!(lines(&first).iter().all(|line| line.get("Id").is_none() && line.get("Message").is_some()));
    let [first, _] = logs_with(json!({ "logIds": "null" })).await;
    assert!(lines(&first).iter().all(|line| line["Id"].is_null() && line.get("Id").is_some()));
    for logs in ["changing", "identical", "missing", "null"] {
        let [first, _] = logs_with(json!({ "logIds": logs })).await;
        assert_eq!(first.header("x-txjobs-extensions"), Some("cancel, limit, logs, executions"), "{logs}");
        assert!(first.json()[0]["Id"].is_string(), "only the ids of lines change");
    }
}

#[tokio::test]
async fn ids_are_written_in_every_format() {
    let digits = LOAD.replace('-', "");
    for (format, id) in [
        ("hyphens", LOAD.to_owned()),
        ("digits", digits),
        ("braces", format!("{{{LOAD}}}")),
        ("parentheses", format!("({LOAD})")),
        ("upperCase", LOAD.to_uppercase()),
    ] {
        let [logs, _] = logs_with(json!({ "idFormat": format })).await;
        let run = &logs.json()[0];
        assert_eq!(run["JobId"], id.as_str(), "{format}");
        for other in [&run["Id"], &run["TriggerId"], &run["JobExecutionLogs"][0]["Id"]] {
            let text = other.as_str().unwrap();
            assert_eq!(text.len(), id.len(), "{format}: {run}");
            assert_eq!(text.contains('-'), id.contains('-'), "{format}: {run}");
            assert!(format != "upperCase" || text == text.to_uppercase(), "{run}");
        }
        assert_eq!(run["JobExecutionLogs"][0]["Message"], "Reading");
        let server = TestServer::emulator(JOBS);
        server.admin().set_behavior(json!({ "idFormat": format })).await;
        assert_eq!(get(&server, "/public/jobs").json()[0]["Id"], id.as_str());
        let trigger_id = execute(&server, LOAD);
        assert_eq!(trigger_id.len(), id.len(), "{trigger_id}");
    }
}

#[tokio::test]
async fn numbers_are_written_as_texts_floats_and_names() {
    for (format, state, severity, status) in [
        ("integer", "5", "1", "2"),
        ("string", "\"5\"", "\"1\"", "\"2\""),
        ("float", "5.0", "1.0", "2.0"),
        ("name", "\"CompletedWithWarnings\"", "\"Warning\"", "\"Running\""),
    ] {
        let [logs, _] = logs_with(json!({ "numberFormat": format })).await;
        assert!(logs.body.contains(&format!("\"State\":{state}")), "{format}: {logs:?}");
        assert!(logs.body.contains(&format!("\"Severity\":{severity}")), "{format}: {logs:?}");
        let server = TestServer::emulator(JOBS);
        let admin = server.admin();
        admin.freeze_clock().await;
        let trigger_id = execute(&server, SLOW);
        wait_for_run(&server, SLOW, &trigger_id, |run| line_count(run) == 1);
        admin.set_behavior(json!({ "numberFormat": format })).await;
        let response = get(&server, &format!("/public/jobs/{SLOW}/status"));
        assert!(response.body.contains(&format!("\"Status\":{status}")), "{format}: {response:?}");
    }
    let [logs, _] = logs_with(json!({ "numberFormat": "name", "numbers": "unknown" })).await;
    assert_eq!(logs.json()[0]["State"], 10, "a number without a name stays a number");
    let server = TestServer::emulator(JOBS);
    server.admin().set_behavior(json!({ "numberFormat": "name" })).await;
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/status")).json()["Status"], "None");
}
