//! The settings of the behavior that change the bodies of responses.

use serde_json::{Value, json};

use crate::behavior::emulator_with;
use crate::{LOAD, SLOW, execute, get, has_ended, line_count, post, wait_for_run};

/// Returns an execution of "Load" as it is shown with these settings.
async fn run_with(settings: Value) -> Value {
    let (server, admin) = emulator_with(json!({})).await;
    let trigger_id = execute(&server, LOAD);
    wait_for_run(&server, LOAD, &trigger_id, has_ended);
    admin.set_behavior(settings).await;
    get(&server, &format!("/public/jobs/{LOAD}/logs/{trigger_id}")).json()[0].clone()
}

#[tokio::test]
async fn camel_casing_changes_all_names() {
    let run = run_with(json!({ "casing": "camel" })).await;
    assert_eq!((&run["state"], &run["jobExecutionLogs"][0]["severity"]), (&json!(5), &json!(0)));
    assert!(run["jobExecutionLogs"][0]["timeStamp"].is_string() && run.get("State").is_none(), "{run}");
    let (server, _) = emulator_with(json!({ "casing": "camel" })).await;
    assert_eq!(get(&server, "/public/jobs").json()[0]["name"], "Load");
    assert_eq!(get(&server, "/public/jobs/status").json()[0]["status"], 0);
    assert!(post(&server, &format!("/public/jobs/{LOAD}/execute")).json()["triggerId"].is_string());
}

#[tokio::test]
async fn times_are_written_in_every_format() {
    for (settings, fits) in [
        (json!({ "times": "offset" }), (|t| t.ends_with("+02:00")) as fn(&str) -> bool),
        (json!({ "times": "noZone" }), |t| t.len() >= 19 && t.ends_with(|c: char| c.is_ascii_digit())),
        (json!({ "fractionDigits": 0 }), |t| t.len() == "2026-03-14T02:00:02Z".len()),
        (json!({ "fractionDigits": 7 }), |t| t.len() == "2026-03-14T02:00:02.1170000Z".len()),
        (json!({ "times": "empty" }), |t| t.is_empty()),
    ] {
        let run = run_with(settings.clone()).await;
        for time in [&run["CreateTime"], &run["EndTime"], &run["JobExecutionLogs"][0]["TimeStamp"]] {
            assert!(fits(time.as_str().unwrap()), "{settings}: {time}");
        }
    }
    assert!(run_with(json!({ "times": "null" })).await["CreateTime"].is_null());
    assert!(run_with(json!({ "times": "missing" })).await.get("CreateTime").is_none());
}

#[tokio::test]
async fn lines_are_reordered_and_repeated() {
    let messages = |run: &Value| -> Vec<String> {
        let lines = run["JobExecutionLogs"].as_array().unwrap();
        lines.iter().map(|line| line["Message"].as_str().unwrap().to_owned()).collect()
    };
    let default = messages(&run_with(json!({})).await);
    let mut reversed = messages(&run_with(json!({ "order": "reversed" })).await);
    reversed.reverse();
    assert_eq!(reversed, default);
    let mut shuffled = messages(&run_with(json!({ "order": "shuffled" })).await);
    assert_ne!(shuffled, default);
    shuffled.sort();
    let mut sorted = default.clone();
    sorted.sort();
    assert_eq!(shuffled, sorted);
    let repeated = messages(&run_with(json!({ "repeats": true })).await);
    assert_eq!(repeated.len(), 6, "{repeated:?}");
    assert_eq!((&repeated[2], &repeated[3]), (&default[2], &default[2]));
}

#[tokio::test]
async fn late_lines_appear_after_the_final_state() {
    let (server, admin) = emulator_with(json!({ "lateLines": "10m" })).await;
    let trigger_id = execute(&server, LOAD);
    let run = wait_for_run(&server, LOAD, &trigger_id, has_ended);
    assert_eq!(line_count(&run), 0, "{run}");
    let response = get(&server, "/public/jobs");
    assert_eq!(
        response.header("x-txjobs-extensions"),
        Some("cancel, limit, logs, executions"),
        "the extension that does not work is not announced"
    );
    admin.advance_clock("10m").await;
    assert_eq!(line_count(&wait_for_run(&server, LOAD, &trigger_id, has_ended)), 5);
}

#[tokio::test]
async fn unknown_numbers_replace_states_and_severities() {
    let run = run_with(json!({ "numbers": "unknown" })).await;
    assert_eq!((&run["State"], &run["JobExecutionLogs"][1]["Severity"]), (&json!(10), &json!(7)));
    let (server, admin) = emulator_with(json!({ "numbers": "unknown" })).await;
    admin.freeze_clock().await;
    let trigger_id = execute(&server, SLOW);
    wait_for_run(&server, SLOW, &trigger_id, |run| line_count(run) == 1);
    assert_eq!(get(&server, &format!("/public/jobs/{SLOW}/status")).json()["Status"], 7);
}

#[tokio::test]
async fn properties_are_added_removed_or_null() {
    let more = run_with(json!({ "fields": "more" })).await;
    assert!(more["Environment"].is_object() && more["JobExecutionLogs"][0]["Tags"].is_array(), "{more}");
    let fewer = run_with(json!({ "fields": "fewer" })).await;
    assert_eq!(fewer.as_object().unwrap().keys().collect::<Vec<_>>(), ["Id", "JobId", "State"]);
    let (server, admin) = emulator_with(json!({ "emptyArrays": "null" })).await;
    assert_eq!(get(&server, &format!("/public/jobs/{LOAD}/logs")).json(), Value::Null);
    admin.freeze_clock().await;
    let trigger_id = execute(&server, LOAD);
    let run = wait_for_run(&server, LOAD, &trigger_id, |run| run["State"] == 1);
    assert!(run["JobExecutionLogs"].is_null() || line_count(&run) > 0, "{run}");
    let none = get(&server, &format!("/public/jobs/{LOAD}/logs?logs=none")).json();
    assert!(none[0]["JobExecutionLogs"].is_null(), "{none}");
}
