//! A gateway that a real Prometheus scrapes.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use txjobs_test_support::{Prometheus, ServerFolder, TestServer, shell_jobs};

use crate::files;

/// The metrics that only a gateway with a relay has.
pub const RELAY_METRICS: [&str; 2] =
    ["txjobs_relay_last_look_timestamp_seconds", "txjobs_relay_upstream_requests_total"];

/// The longest time until Prometheus has a new value or alert. It scrapes first after some seconds, and then once a second.
const MAX_WAIT: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Returns the path of a file for Prometheus or Grafana.
pub fn path(name: &str) -> PathBuf {
    files::path(&format!("monitoring/{name}"))
}

/// Reads a file for Prometheus or Grafana.
pub fn read(name: &str) -> String {
    files::read(&format!("monitoring/{name}"))
}

/// Prometheus with the rules of the examples, and a gateway that it scrapes every second.
pub struct Monitoring {
    pub gateway: TestServer,
    pub metrics: String,
    pub prometheus: Prometheus,
}

impl Monitoring {
    /// Starts both, and waits until Prometheus has read the metrics.
    pub async fn start() -> Self {
        let jobs = shell_jobs(&[("Works", "echo ok", ""), ("Fails", "exit 3", "")]);
        let mut gateway = ServerFolder::gateway(&jobs).serve(&["--metrics-listen", "127.0.0.1:0"]);
        let metrics = gateway.read_metrics_address();
        let address = metrics.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
        let config = read("prometheus.yml").replace("15s", "1s").replace("127.0.0.1:9400", address);
        let files = ["alerts.yml", "job-ages.yml"].map(|name| (name, read(name)));
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let monitoring = Self { gateway, metrics, prometheus: Prometheus::start(&config, &files) };
        // An increase needs a value before it.
        monitoring.wait_for(r#"txjobs_runs_total{job_name="Fails", outcome="failed"} == 0"#).await;
        monitoring
    }

    /// Waits until an expression has a result.
    pub async fn wait_for(&self, expression: &str) -> Vec<Value> {
        wait_for_some(expression, async || self.prometheus.query(expression).await).await
    }

    /// Returns the alerts of a name that are firing.
    pub async fn firing(&self, name: &str) -> Vec<Value> {
        let alerts = self.prometheus.alerts().await;
        let is_named = |alert: &Value| alert["labels"]["alertname"] == name && alert["state"] == "firing";
        alerts.into_iter().filter(is_named).collect()
    }

    /// Waits until an alert is firing, and returns all of this name.
    pub async fn wait_for_alert(&self, name: &str) -> Vec<Value> {
        wait_for_some(name, async || self.firing(name).await).await
    }
}

/// Waits until there are values, and returns them.
async fn wait_for_some(what: &str, read: impl AsyncFn() -> Vec<Value>) -> Vec<Value> {
    let poll = async {
        loop {
            let values = read().await;
            if !values.is_empty() {
                return values;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(MAX_WAIT, poll).await.unwrap_or_else(|_| panic!("timed out waiting for {what}"))
}
