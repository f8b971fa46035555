//! A replica that lags: lines disappear and return, ended runs are running again, executions are missing.

use serde_json::{Value, json};
use txjobs_tests::{admin::Admin, gateway::Gateway};

use crate::{JOBS, LOAD, SLOW, ended, execute, get, line_count, until};

/// Starts a gateway with a frozen clock and a replica that is ten seconds behind.
async fn lagging() -> (Gateway, Admin) {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.freeze().await;
    (gateway, admin)
}

/// Returns the answers of both replicas, first of the one that lags.
fn both(gateway: &Gateway, path: &str) -> [Value; 2] {
    [get(gateway, path).json(), get(gateway, path).json()]
}

#[tokio::test]
async fn execution_from_a_lagging_replica_is_older_every_other_time() {
    let (gateway, admin) = lagging().await;
    let trigger_id = execute(&gateway, SLOW);
    until(&gateway, SLOW, &trigger_id, |run| line_count(run) == 1);
    let logs = format!("/public/jobs/{SLOW}/logs/{trigger_id}");
    let history = format!("/public/jobs/{SLOW}/logs");
    admin.behavior(json!({ "replicaLag": "10s" })).await;
    for path in [&logs, &history] {
        let [old, fresh] = both(&gateway, path);
        assert_eq!(old, json!([]), "it is not there yet");
        assert_eq!((&fresh[0]["State"], line_count(&fresh[0])), (&json!(1), 1));
    }
    admin.advance("1h").await;
    admin.behavior(json!({})).await;
    until(&gateway, SLOW, &trigger_id, ended);
    admin.behavior(json!({ "replicaLag": "10s" })).await;
    for path in [&logs, &history] {
        let [old, fresh] = both(&gateway, path);
        assert_eq!((&old[0]["State"], &old[0]["EndTime"], line_count(&old[0])), (&json!(1), &Value::Null, 1));
        assert_eq!((&fresh[0]["State"], line_count(&fresh[0])), (&json!(2), 2));
        assert_eq!(both(&gateway, path), [old, fresh], "by turns");
    }
    admin.advance("10s").await;
    let [old, fresh] = both(&gateway, &logs);
    assert_eq!(old, fresh, "it has caught up");
}

#[tokio::test]
async fn statuses_lag_as_well() {
    let (gateway, admin) = lagging().await;
    admin.behavior(json!({ "replicaLag": "10s", "pickUp": "5s" })).await;
    let statuses = || {
        let [old, fresh] = both(&gateway, &format!("/public/jobs/{SLOW}/status"));
        let [old_list, fresh_list] = both(&gateway, "/public/jobs/status");
        let of = |list: &Value| {
            let mut jobs = list.as_array().unwrap().iter();
            jobs.find(|job| job["JobId"] == SLOW).unwrap().clone()
        };
        assert_eq!((&of(&old_list), &of(&fresh_list)), (&old, &fresh), "one and all say the same");
        (old["Status"].as_i64().unwrap(), fresh["Status"].as_i64().unwrap(), old["Message"].clone())
    };
    execute(&gateway, SLOW);
    assert_eq!(statuses(), (0, 1, json!("The job is idle.")));
    admin.advance("5s").await;
    let is_fresh =
        |status: i64| both(&gateway, &format!("/public/jobs/{SLOW}/status"))[1]["Status"] == status;
    while !is_fresh(2) {}
    assert_eq!(statuses().0, 0);
    admin.advance("8s").await;
    assert_eq!(statuses(), (1, 2, json!("The job is pending.")));
    admin.advance("1h").await;
    while !is_fresh(0) {}
    assert_eq!(statuses(), (2, 0, json!("The job is running.")));
    admin.advance("10s").await;
    assert_eq!(statuses().0, 0);
}

#[tokio::test]
async fn lagging_replica_disables_the_extension_after() {
    let (gateway, admin) = lagging().await;
    admin.behavior(json!({ "replicaLag": "10s" })).await;
    let answer = get(&gateway, "/public/jobs");
    assert_eq!(answer.header("x-txjobs-extensions"), Some("cancel, limit, logs"));
    assert!(answer.header("etag").is_none() && answer.json().as_array().unwrap().len() == 2);
    let trigger_id = execute(&gateway, LOAD);
    admin.advance("1s").await;
    admin
        .behavior(json!({ "replicaLag": "10s", "pendingLogs": "created", "unknownTrigger": "notFound" }))
        .await;
    let path = format!("/public/jobs/{LOAD}/logs/{trigger_id}");
    let [old, _] = [get(&gateway, &path), get(&gateway, &path)];
    assert_eq!(old.status, 200);
}
