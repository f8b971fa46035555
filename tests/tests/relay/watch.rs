//! A relay that polls the service.

use serde_json::json;
use txjobs_test_support::{FakeServer, TestServer, wait_until};

use crate::relay::{LOAD, Relayed, SLOW, json};

/// Returns the value of a metric with all its labels.
async fn metric(relay: &TestServer, address: &str, name: &str) -> Option<f64> {
    let text = relay.http().get(address).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

const FAILED: &str = r#"txjobs_runs_total{organization="Relay",job_name="Load",outcome="failed"}"#;
const LAST_POLL: &str = "txjobs_relay_last_poll_timestamp_seconds";

/// Waits for a complete poll after the start.
async fn wait_for_poll(relay: &TestServer, address: &str) {
    let before = wait_until("the start", async || metric(relay, address, LAST_POLL).await).await;
    wait_until("a poll", async || metric(relay, address, LAST_POLL).await.filter(|time| *time > before))
        .await;
}

#[tokio::test]
async fn run_that_no_caller_asks_for_is_archived_and_counted() {
    let mut relayed = Relayed::start_with("watch = \"1s\"", &["--metrics-listen", "127.0.0.1:0"]);
    let address = relayed.relay.read_metrics_address();
    let relay = &relayed.relay;
    wait_for_poll(relay, &address).await;
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
    let before = metric(relay, &address, LAST_POLL).await;
    wait_until("two more polls", async || {
        (metric(relay, &address, LAST_POLL).await > before.map(|time| time + 1.0)).then_some(())
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
    wait_for_poll(&relay, &address).await;
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
    wait_for_poll(relay, &address).await;
    let fault = json!({ "operation": "get_job_logs", "effect": { "kind": "status", "status": 503 } });
    relayed.admin.add_fault(fault).await;
    wait_until("a failed poll", async || relayed.folder.log().contains("with 503").then_some(())).await;
    let failed_at = metric(relay, &address, LAST_POLL).await;
    relayed.admin.clear_faults().await;
    wait_until("a complete poll", async || {
        (metric(relay, &address, LAST_POLL).await > failed_at).then_some(())
    })
    .await;
    assert!(relayed.folder.log().contains("can be watched again"));
}

/// A service that sends an end in the future, once, must not stop the count.
#[tokio::test]
async fn end_in_the_future_does_not_stop_the_count() {
    let number = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(1));
    let count = std::sync::Arc::clone(&number);
    let service = FakeServer::start(move |_, request| match request.path() {
        "/public/jobs" => json(200, &json!([{ "Id": LOAD, "Name": "Load" }])),
        _ => {
            let run = |number: u64, end: String| {
                json!({ "Id": format!("00000000-0000-0000-0000-{number:012}"), "JobId": LOAD, "State": 3,
                    "CreateTime": "2026-01-01T00:00:00Z", "EndTime": end, "JobExecutionLogs": [] })
            };
            let all = count.load(std::sync::atomic::Ordering::Relaxed);
            let now = txjobs_sdk::Timestamp::from(std::time::SystemTime::now()).to_string();
            let later = (2..=all).map(|number| run(number, now.clone()));
            let first = run(1, "9999-12-31T23:59:59Z".to_owned());
            json(200, &std::iter::once(first).chain(later).collect::<Vec<_>>().into())
        }
    });
    let folder = crate::relay::folder(service.address(), "watch = \"1s\"", crate::relay::SERVICE_KEY);
    for failed in [1.0, 1.0] {
        let mut relay = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
        let address = relay.read_metrics_address();
        wait_for_poll(&relay, &address).await;
        number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        wait_until("the count", async || {
            (metric(&relay, &address, FAILED).await == Some(failed)).then_some(())
        })
        .await;
        relay.kill();
    }
}

#[tokio::test]
async fn job_that_fails_does_not_stop_the_others() {
    let service = FakeServer::start(|_, request| match request.path() {
        "/public/jobs" => {
            json(200, &json!([{ "Id": SLOW, "Name": "Broken" }, { "Id": LOAD, "Name": "Load" }]))
        }
        path if path.contains(SLOW) => json(200, &json!(["A".repeat(5_000_000)])),
        _ => json(
            200,
            &json!([{ "Id": LOAD, "JobId": LOAD, "State": 2, "EndTime": "2026-01-01T00:00:00Z", "JobExecutionLogs": [] }]),
        ),
    });
    let folder = crate::relay::folder(service.address(), "watch = \"1s\"", crate::relay::SERVICE_KEY);
    let relay = folder.serve(&[]);
    wait_until("the archive", async || {
        let response = crate::relay::get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        (response.status == 200 && response.text.len() > 2).then_some(())
    })
    .await;
    let log = wait_until("the log", async || {
        Some(folder.log()).filter(|log| log.contains("jobs that failed: 1 of 2"))
    })
    .await;
    assert!(
        log.contains("job=\"Broken\"") && log.len() < 100_000,
        "the job is named, and quotes are short: {}",
        log.len()
    );
}
