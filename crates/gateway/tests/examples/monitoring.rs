//! A gateway, and a relay to it, that a real Prometheus scrapes.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use txjobs_test_support::{Prometheus, ServerFolder, TestServer, shell_jobs};

use crate::files;

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

/// Prometheus with the rules of the examples, and a gateway and a relay that it scrapes every second.
pub struct Monitoring {
    pub gateway: TestServer,
    /// The addresses of the metrics of both.
    pub metrics: [String; 2],
    _relay: TestServer,
    pub prometheus: Prometheus,
}

impl Monitoring {
    /// Starts all, and waits until Prometheus has read the metrics.
    pub async fn start() -> Self {
        let jobs = shell_jobs(&[("Works", "echo ok", "schedule = \"0 0 29 2 *\""), ("Fails", "exit 3", "")]);
        // Declares the counters of a channel, which is told of nothing here.
        let jobs = jobs + "[[notify]]\non = [\"canceled\"]\nwebhook = { url = \"http://127.0.0.1:1/\" }\n";
        let mut gateway = ServerFolder::gateway(&jobs).serve(&["--metrics-listen", "127.0.0.1:0"]);
        let mut relay = start_relay(&gateway);
        let metrics = [gateway.read_metrics_address(), relay.read_metrics_address()];
        let targets = metrics.each_ref().map(|address| {
            address.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap().to_owned()
        });
        let config = read("prometheus.yml").replace("15s", "1s");
        let config = config.replace("\"127.0.0.1:9400\"", &format!("\"{}\", \"{}\"", targets[0], targets[1]));
        let files = ["alerts.yml", "job-ages.yml"].map(|name| (name, read(name)));
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let monitoring =
            Self { gateway, metrics, _relay: relay, prometheus: Prometheus::start(&config, &files) };
        // An increase needs a value before it.
        for organization in ["Contoso", "Relay"] {
            let labels = format!(r#"organization="{organization}", job_name="Fails", outcome="failed""#);
            monitoring.wait_for(&format!("txjobs_runs_total{{{labels}}} == 0")).await;
        }
        // Runs of the relay's first poll are history.
        monitoring.wait_for(r#"txjobs_relay_upstream_requests_total{operation="list_jobs"} > 1"#).await;
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

    /// Waits until this number of alerts of a name is firing, and returns all of this name.
    pub async fn wait_for_alerts(&self, name: &str, count: usize) -> Vec<Value> {
        let firing = async || {
            let alerts = self.firing(name).await;
            if alerts.len() < count { Vec::new() } else { alerts }
        };
        wait_for_some(name, firing).await
    }
}

/// Starts a relay that polls the gateway every second.
fn start_relay(gateway: &TestServer) -> TestServer {
    let config = format!(
        "[relay]\nupstream = {:?}\nkey_file = \"key\"\nwatch = \"1s\"\nallow_addresses = [\"127.0.0.1\"]\n",
        gateway.address()
    );
    let folder = ServerFolder::gateway(&config);
    std::fs::write(folder.file("key"), gateway.key()).unwrap();
    folder.serve(&["--metrics-listen", "127.0.0.1:0"])
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
