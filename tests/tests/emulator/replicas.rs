//! A lagging replica: lines disappear and return, ended runs are running again, executions are missing.

use serde_json::{Value, json};
use txjobs_test_support::{AdminApi, TestServer, wait_until_blocking};

use crate::{JOBS, LOAD, SLOW, execute, get, has_ended, line_count, wait_for_run};

/// Starts an emulator with a frozen clock.
async fn frozen_emulator() -> (TestServer, AdminApi) {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.freeze_clock().await;
    (server, admin)
}

/// Returns the responses of both replicas, first the lagging one.
fn both(server: &TestServer, path: &str) -> [Value; 2] {
    [get(server, path).json(), get(server, path).json()]
}

#[tokio::test]
async fn execution_from_a_lagging_replica_is_older_every_other_time() {
    let (server, admin) = frozen_emulator().await;
    let trigger_id = execute(&server, SLOW);
    wait_for_run(&server, SLOW, &trigger_id, |run| line_count(run) == 1);
    let logs = format!("/public/jobs/{SLOW}/logs/{trigger_id}");
    let history = format!("/public/jobs/{SLOW}/logs");
    admin.set_behavior(json!({ "replicaLag": "10s" })).await;
    for path in [&logs, &history] {
        let [old, fresh] = both(&server, path);
        assert_eq!(old, json!([]), "the execution does not exist yet");
        assert_eq!((&fresh[0]["State"], line_count(&fresh[0])), (&json!(1), 1));
    }
    admin.advance_clock("1h").await;
    admin.set_behavior(json!({})).await;
    wait_for_run(&server, SLOW, &trigger_id, has_ended);
    admin.set_behavior(json!({ "replicaLag": "10s" })).await;
    for path in [&logs, &history] {
        let [old, fresh] = both(&server, path);
        assert_eq!((&old[0]["State"], &old[0]["EndTime"], line_count(&old[0])), (&json!(1), &Value::Null, 1));
        assert_eq!((&fresh[0]["State"], line_count(&fresh[0])), (&json!(2), 2));
        assert_eq!(both(&server, path), [old, fresh], "the replicas take turns");
    }
    admin.advance_clock("10s").await;
    let [old, fresh] = both(&server, &logs);
    assert_eq!(old, fresh, "the replica has caught up");
}

#[tokio::test]
async fn statuses_lag_as_well() {
    let (server, admin) = frozen_emulator().await;
    admin.set_behavior(json!({ "replicaLag": "10s", "startDelay": "5s" })).await;
    let statuses = || {
        let [old, fresh] = both(&server, &format!("/public/jobs/{SLOW}/status"));
        let [old_list, fresh_list] = both(&server, "/public/jobs/status");
        let find = |list: &Value| {
            let mut jobs = list.as_array().unwrap().iter();
            jobs.find(|job| job["JobId"] == SLOW).unwrap().clone()
        };
        assert_eq!(
            (&find(&old_list), &find(&fresh_list)),
            (&old, &fresh),
            "the list and the single status are equal"
        );
        (old["Status"].as_i64().unwrap(), fresh["Status"].as_i64().unwrap(), old["Message"].clone())
    };
    execute(&server, SLOW);
    assert_eq!(statuses(), (0, 1, json!("The job is idle.")));
    admin.advance_clock("5s").await;
    let wait_for_status = |status: i64| {
        let path = format!("/public/jobs/{SLOW}/status");
        wait_until_blocking("the status", || (both(&server, &path)[1]["Status"] == status).then_some(()));
    };
    wait_for_status(2);
    assert_eq!(statuses().0, 0);
    admin.advance_clock("8s").await;
    assert_eq!(statuses(), (1, 2, json!("The job is pending.")));
    admin.advance_clock("1h").await;
    wait_for_status(0);
    assert_eq!(statuses(), (2, 0, json!("The job is running.")));
    admin.advance_clock("10s").await;
    assert_eq!(statuses().0, 0);
}

#[tokio::test]
async fn lagging_replica_disables_the_extension_after() {
    let (server, admin) = frozen_emulator().await;
    admin.set_behavior(json!({ "replicaLag": "10s" })).await;
    let response = get(&server, "/public/jobs");
    assert_eq!(response.header("x-txjobs-extensions"), Some("cancel, limit, logs, executions"));
    assert!(response.header("etag").is_none() && response.json().as_array().unwrap().len() == 2);
    let trigger_id = execute(&server, LOAD);
    admin.advance_clock("1s").await;
    admin
        .set_behavior(json!({ "replicaLag": "10s", "pendingLogs": "created", "unknownTrigger": "notFound" }))
        .await;
    let path = format!("/public/jobs/{LOAD}/logs/{trigger_id}");
    let [old, _] = [get(&server, &path), get(&server, &path)];
    assert_eq!(old.status, 200);
}
