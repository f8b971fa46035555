//! A relay that looks at the service by itself.

use serde_json::json;
use txjobs_test_support::{TestServer, wait_until};

use crate::relay::{LOAD, Relayed};

/// Returns the value of a metric with all its labels.
async fn metric(relay: &TestServer, address: &str, name: &str) -> Option<f64> {
    let text = relay.http().get(address).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

const FAILED: &str = r#"txjobs_runs_total{organization="Relay",job_name="Load",outcome="failed"}"#;
const LAST_LOOK: &str = "txjobs_relay_last_look_timestamp_seconds";

#[tokio::test]
async fn run_that_no_caller_asks_for_is_archived_and_counted() {
    let mut relayed = Relayed::start_with("watch = \"1s\"", &["--metrics-listen", "127.0.0.1:0"]);
    let address = relayed.relay.read_metrics_address();
    let relay = &relayed.relay;
    wait_until("the first look", async || metric(relay, &address, LAST_LOOK).await).await;
    assert_eq!(
        metric(relay, &address, FAILED).await,
        Some(0.0),
        "the counter begins before the first failure"
    );
    relayed.service.run("Load").await;
    let archived = relayed.wait_for_archived(LOAD, 1).await;
    assert_eq!(archived[0]["State"], 3);
    wait_until("the count", async || (metric(relay, &address, FAILED).await == Some(1.0)).then_some(()))
        .await;
    let before = metric(relay, &address, LAST_LOOK).await;
    wait_until("two more looks", async || {
        (metric(relay, &address, LAST_LOOK).await > before.map(|time| time + 1.0)).then_some(())
    })
    .await;
    assert_eq!(metric(relay, &address, FAILED).await, Some(1.0), "each run is counted once");
}

/// Runs of the past would set off alerts.
#[tokio::test]
async fn history_is_archived_and_not_counted() {
    let service = TestServer::emulator(crate::relay::JOBS);
    service.run("Load").await;
    let folder = crate::relay::folder(service.address(), "watch = \"1s\"", service.key());
    let mut relay = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
    let address = relay.read_metrics_address();
    wait_until("the first look", async || metric(&relay, &address, LAST_LOOK).await).await;
    assert_eq!(metric(&relay, &address, FAILED).await, Some(0.0));
    relay.kill();
    // What ends while the relay is down is counted after it.
    service.run("Load").await;
    let mut relay = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
    let address = relay.read_metrics_address();
    wait_until("the count", async || (metric(&relay, &address, FAILED).await == Some(1.0)).then_some(()))
        .await;
}

#[tokio::test]
async fn service_that_fails_is_watched_again_later() {
    let mut relayed = Relayed::start_with("watch = \"1s\"", &["--metrics-listen", "127.0.0.1:0"]);
    let address = relayed.relay.read_metrics_address();
    let relay = &relayed.relay;
    wait_until("the first look", async || metric(relay, &address, LAST_LOOK).await).await;
    let fault = json!({ "operation": "get_job_logs", "effect": { "kind": "status", "status": 503 } });
    relayed.admin.add_fault(fault).await;
    wait_until("a failed look", async || relayed.folder.log().contains("with 503").then_some(())).await;
    let failed_at = metric(relay, &address, LAST_LOOK).await;
    relayed.admin.clear_faults().await;
    wait_until("a complete look", async || {
        (metric(relay, &address, LAST_LOOK).await > failed_at).then_some(())
    })
    .await;
    assert!(relayed.folder.log().contains("can be watched again"));
}
