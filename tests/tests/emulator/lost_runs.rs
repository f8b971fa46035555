//! An execute that is accepted and whose run never exists.

use serde_json::json;
use txjobs_tests::gateway::Gateway;

use crate::{JOBS, LOAD, NOWHERE, SLOW, ask, ended, execute, get, post, until};

#[tokio::test]
async fn lost_run_is_pending_for_a_time_and_has_no_execution() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.freeze().await;
    // With the validator of an earlier answer: the statuses have changed.
    let etag = get(&gateway, "/public/jobs/status").header("etag").unwrap().to_owned();
    let rule = json!({ "count": 1, "effect": { "kind": "loseRun", "pending": "3s" } });
    let id = admin.fault(rule).await;
    assert_eq!(get(&gateway, "/public/jobs").status, 200);
    assert_eq!(admin.fault_of(id).await["fitted"], 0, "it is about executes only");
    let trigger_id = execute(&gateway, LOAD);
    assert_eq!(admin.fault_of(id).await["applied"], 1);
    let entry = admin.journal("operation=execute_job").await.pop().unwrap();
    assert_eq!((entry.status, entry.trigger_id.as_deref()), (Some(200), Some(trigger_id.as_str())));

    let status = |job: &str| get(&gateway, &format!("/public/jobs/{job}/status")).json()["Status"].clone();
    assert_eq!((status(LOAD), status(SLOW)), (json!(1), json!(0)));
    let list = ask(
        gateway.address(),
        &format!(
            "GET /public/jobs/status HTTP/1.1\r\napiKey: {}\r\nif-none-match: {etag}\r\n",
            gateway.key()
        ),
    );
    assert_eq!(list.status, 200, "{list:?}");
    assert_eq!(list.json()[0], json!({ "JobId": LOAD, "Status": 1, "Message": "The job is pending." }));
    let logs = format!("/public/jobs/{LOAD}/logs");
    admin.advance("3s").await;
    assert_eq!(status(LOAD), 0);
    for path in [&format!("{logs}/{trigger_id}"), &logs] {
        assert_eq!(get(&gateway, path).json(), json!([]));
    }
    // The next one is not lost.
    let trigger_id = execute(&gateway, LOAD);
    admin.clock(json!({ "speed": 1 })).await;
    until(&gateway, LOAD, &trigger_id, ended);
}

#[tokio::test]
async fn a_refusal_stays_a_refusal_and_the_profile_applies() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.behavior(json!({ "casing": "camel", "executeStatus": 202 })).await;
    admin.fault(json!({ "effect": { "kind": "loseRun" } })).await;
    let refused = |path: &str| post(&gateway, path).status;
    assert_eq!(refused(&format!("/public/jobs/{NOWHERE}/execute")), 404);
    assert_eq!(refused("/public/jobs/nonsense/execute"), 400);
    let answer = ask(
        gateway.address(),
        &format!("POST /public/jobs/{LOAD}/execute HTTP/1.1\r\ncontent-length: 0\r\n"),
    );
    assert_eq!(answer.status, 401);
    let answer = post(&gateway, &format!("/public/jobs/{LOAD}/execute"));
    assert!(answer.status == 202 && answer.json()["triggerId"].is_string(), "{answer:?}");
    assert_eq!(
        get(&gateway, &format!("/public/jobs/{LOAD}/status")).json()["status"],
        0,
        "pending for no time"
    );
    admin.reset().await;
    assert!(get(&gateway, "/public/jobs/status").header("etag").is_some(), "a reset forgets it");
}
