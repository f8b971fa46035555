//! Executes that are accepted and whose runs never exist.

use serde_json::json;
use txjobs_test_support::TestServer;

use crate::{JOBS, LOAD, SLOW, UNKNOWN_ID, execute, get, has_ended, post, send_raw, wait_for_run};

#[tokio::test]
async fn lost_run_is_pending_for_a_time_and_has_no_execution() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.freeze_clock().await;
    // A request with the entity tag of an earlier response gets the changed statuses.
    let etag = get(&server, "/public/jobs/status").header("etag").unwrap().to_owned();
    let rule = json!({ "count": 1, "effect": { "kind": "loseRun", "pending": "3s" } });
    let id = admin.add_fault(rule).await;
    assert_eq!(get(&server, "/public/jobs").status, 200);
    assert_eq!(admin.fault(id).await["matched"], 0, "the rule applies to executes only");
    let trigger_id = execute(&server, LOAD);
    assert_eq!(admin.fault(id).await["applied"], 1);
    let entry = admin.journal("operation=execute_job").await.pop().unwrap();
    assert_eq!((entry.status, entry.trigger_id.as_deref()), (Some(200), Some(trigger_id.as_str())));

    let status = |job: &str| get(&server, &format!("/public/jobs/{job}/status")).json()["Status"].clone();
    assert_eq!((status(LOAD), status(SLOW)), (json!(1), json!(0)));
    let list = send_raw(
        server.address(),
        &format!("GET /public/jobs/status HTTP/1.1\r\napiKey: {}\r\nif-none-match: {etag}\r\n", server.key()),
    );
    assert_eq!(list.status, 200, "{list:?}");
    assert_eq!(list.json()[0], json!({ "JobId": LOAD, "Status": 1, "Message": "The job is pending." }));
    let logs = format!("/public/jobs/{LOAD}/logs");
    admin.advance_clock("3s").await;
    assert_eq!(status(LOAD), 0);
    for path in [&format!("{logs}/{trigger_id}"), &logs] {
        assert_eq!(get(&server, path).json(), json!([]));
    }
    // The next run is not lost.
    let trigger_id = execute(&server, LOAD);
    admin.set_clock(json!({ "speed": 1 })).await;
    wait_for_run(&server, LOAD, &trigger_id, has_ended);
}

#[tokio::test]
async fn refused_execute_is_not_changed_and_the_behavior_applies() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.set_behavior(json!({ "casing": "camel", "executeStatus": 202 })).await;
    admin.add_fault(json!({ "effect": { "kind": "loseRun" } })).await;
    let refused = |path: &str| post(&server, path).status;
    assert_eq!(refused(&format!("/public/jobs/{UNKNOWN_ID}/execute")), 404);
    assert_eq!(refused("/public/jobs/nonsense/execute"), 400);
    let response = send_raw(
        server.address(),
        &format!("POST /public/jobs/{LOAD}/execute HTTP/1.1\r\ncontent-length: 0\r\n"),
    );
    assert_eq!(response.status, 401);
    let response = post(&server, &format!("/public/jobs/{LOAD}/execute"));
    assert!(response.status == 202 && response.json()["triggerId"].is_string(), "{response:?}");
    assert_eq!(
        get(&server, &format!("/public/jobs/{LOAD}/status")).json()["status"],
        0,
        "the run is not pending"
    );
    admin.reset().await;
    assert!(get(&server, "/public/jobs/status").header("etag").is_some(), "a reset removes the rule");
}
