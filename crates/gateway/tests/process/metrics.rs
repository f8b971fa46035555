//! The metrics for Prometheus.

use std::collections::HashMap;
use std::time::SystemTime;

use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, ServerFolder, TestServer, shell_jobs, wait_until};

const LISTEN: [&str; 2] = ["--metrics-listen", "127.0.0.1:0"];
const LAST_SUCCESS: &str =
    r#"txjobs_last_success_timestamp_seconds{organization="Contoso",job_name="works"}"#;

/// The lines of a response, and the types of its metrics.
#[derive(Debug, Default)]
struct Metrics {
    values: HashMap<String, f64>,
    types: HashMap<String, String>,
}

impl Metrics {
    /// Reads the metrics, and checks that each has a type and a description.
    async fn read(server: &TestServer, address: &str) -> Self {
        let response = server.http().get(address).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Self::parse(&response.text().await.unwrap())
    }

    fn parse(text: &str) -> Self {
        let (mut metrics, mut described) = (Self::default(), Vec::new());
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(help) = line.strip_prefix("# HELP ") {
                described.push(help.split_once(' ').unwrap().0.to_owned());
            } else if let Some(of_type) = line.strip_prefix("# TYPE ") {
                let (name, kind) = of_type.split_once(' ').unwrap();
                assert!(metrics.types.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} twice");
                assert!(described.iter().any(|described| described == name), "{name} has no description");
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap();
                let family = name.split('{').next().unwrap();
                let of_histogram = ["_bucket", "_sum", "_count"].into_iter();
                let mut families = of_histogram.filter_map(|end| family.strip_suffix(end)).chain([family]);
                assert!(families.any(|family| metrics.types.contains_key(family)), "{family} has no type");
                assert!(
                    metrics.values.insert(name.to_owned(), value.parse().unwrap()).is_none(),
                    "{name} twice"
                );
            }
        }
        metrics
    }

    fn value(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied()
    }
}

fn runs(job: &str, outcome: &str) -> String {
    format!(r#"txjobs_runs_total{{organization="Contoso",job_name="{job}",outcome="{outcome}"}}"#)
}

fn folder() -> ServerFolder {
    let waits = "while [ ! -e go ] && [ -e gateway.toml ]; do sleep 0.01; done";
    ServerFolder::gateway(&shell_jobs(&[
        ("works", "echo ok", ""),
        ("fails", "exit 3", ""),
        ("waits", waits, ""),
    ]))
}

#[tokio::test]
async fn runs_and_requests_are_counted() {
    let folder = folder();
    let mut gateway = folder.serve(&LISTEN);
    let address = gateway.read_metrics_address();
    let before = Metrics::read(&gateway, &address).await;
    assert_eq!(before.value(&runs("works", "completed")), Some(0.0));
    assert_eq!(before.value(LAST_SUCCESS), None);

    assert_eq!(gateway.run("works").await["State"], 2);
    assert_eq!(gateway.run("fails").await["State"], 3);
    let waiting = gateway.execute("waits").await;
    gateway.wait_until(waiting, |run| run["State"] == 1).await;
    assert_eq!(gateway.get("/public/txg_secret").await.status, 404);
    // The run is visible before it is counted.
    let metrics = wait_until("the failure", async || {
        let metrics = Metrics::read(&gateway, &address).await;
        (metrics.value(&runs("fails", "failed")) == Some(1.0)).then_some(metrics)
    })
    .await;
    for (name, kind) in [
        ("txjobs_runs_total", "counter"),
        ("txjobs_run_duration_seconds", "histogram"),
        ("txjobs_last_success_timestamp_seconds", "gauge"),
        ("txjobs_http_requests_total", "counter"),
        ("txjobs_http_request_duration_seconds", "histogram"),
    ] {
        assert_eq!(metrics.types[name], kind);
    }
    let value = |name: &str| metrics.value(name).unwrap_or_else(|| panic!("{name} in {metrics:?}"));
    assert_eq!(value(&runs("works", "completed")), 1.0);
    assert_eq!(value(&runs("works", "failed")), 0.0);
    assert_eq!(value(r#"txjobs_run_duration_seconds_count{organization="Contoso",job_name="works"}"#), 1.0);
    assert_eq!(
        value(r#"txjobs_run_duration_seconds_bucket{organization="Contoso",job_name="works",le="21600"}"#),
        1.0
    );
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - 60.0..=now).contains(&value(LAST_SUCCESS)), "{metrics:?}");
    for (name, expected) in [("store_up", 1.0), ("runs_running", 1.0), ("runs_pending", 0.0), ("nodes", 1.0)]
    {
        assert_eq!(value(&format!("txjobs_{name}")), expected, "{name}");
    }
    assert_eq!(value(r#"txjobs_http_requests_total{operation="execute_job",status="200"}"#), 3.0);
    assert_eq!(value(r#"txjobs_http_requests_total{operation="other",status="404"}"#), 1.0);
    assert_eq!(value(r#"txjobs_http_request_duration_seconds_count{operation="execute_job"}"#), 3.0);
    assert_eq!(value(&format!(r#"txjobs_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION"))), 1.0);
    for name in metrics.values.keys() {
        assert!(!name.contains("secret") && !name.contains(&waiting.trigger.to_string()), "{name}");
    }
}

#[tokio::test]
async fn last_success_is_read_from_the_database_and_lost_runs_are_counted() {
    let folder = folder();
    let mut gateway = folder.serve(&LISTEN);
    gateway.run("works").await;
    let address = gateway.read_metrics_address();
    let last_success = async |gateway: &TestServer, address: &str| {
        let read = async || Metrics::read(gateway, address).await.value(LAST_SUCCESS);
        wait_until("the last success", read).await
    };
    let before = last_success(&gateway, &address).await;
    let waiting = gateway.execute("waits").await;
    gateway.wait_until(waiting, |run| run["State"] == 1).await;
    gateway.kill_and_restart();
    let address = gateway.read_metrics_address();
    assert!((last_success(&gateway, &address).await - before).abs() < 1.0);
    let metrics = Metrics::read(&gateway, &address).await;
    assert_eq!(metrics.value(&runs("waits", "failed")), Some(1.0), "{metrics:?}");
    assert_eq!(metrics.value(&runs("works", "completed")), Some(0.0), "{metrics:?}");
}

#[tokio::test]
async fn canceled_pending_run_is_counted_as_failed() {
    let config = shell_jobs(&[
        ("waits", "while [ ! -e go ] && [ -e gateway.toml ]; do sleep 0.01; done", ""),
        ("works", "true", ""),
    ]);
    let folder = ServerFolder::gateway(&config);
    let mut gateway = folder.serve(&[&LISTEN[..], &["--concurrency", "1"]].concat());
    let address = gateway.read_metrics_address();
    let waiting = gateway.execute("waits").await;
    gateway.wait_until(waiting, |run| run["State"] == 1).await;
    let pending = gateway.execute("works").await;
    assert_eq!(Metrics::read(&gateway, &address).await.value("txjobs_runs_pending"), Some(1.0));
    gateway.call(paths::cancel_job(pending.job)).await.expect_ok();
    let metrics = Metrics::read(&gateway, &address).await;
    assert_eq!(metrics.value(&runs("works", "failed")), Some(1.0), "{metrics:?}");
    assert_eq!(metrics.value("txjobs_runs_pending"), Some(0.0));
}

/// PostgreSQL, because a SQLite file stays readable as long as it is open.
#[tokio::test]
async fn database_that_is_gone_leaves_the_metrics_of_the_process() {
    let mut server = txjobs_test_support::PostgresServer::start_with_settings(&[("fsync", "off")]);
    let url = server.create_database();
    let folder = folder();
    let mut gateway = folder.serve(&[&LISTEN[..], &["--database", &url]].concat());
    let address = gateway.read_metrics_address();
    let metrics = Metrics::read(&gateway, &address).await;
    assert_eq!((metrics.value("txjobs_store_up"), metrics.value("txjobs_nodes")), (Some(1.0), Some(1.0)));
    server.stop();
    let metrics = Metrics::read(&gateway, &address).await;
    assert_eq!((metrics.value("txjobs_store_up"), metrics.value("txjobs_nodes")), (Some(0.0), None));
    assert_eq!(metrics.value(&runs("works", "completed")), Some(0.0));
    assert_eq!(gateway.get("/health/ready").await.status, 503);
    assert_eq!(gateway.get("/health/live").await.status, 200);
}

#[test]
fn address_of_the_api_is_refused() {
    let (listener, address) = txjobs_test_support::free_port();
    let address = address.to_string();
    let folder = folder();
    let mut serve = folder.command(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address]);
    let output = CommandOutput::of(&mut serve);
    let expected = format!(
        "{address} is in use by another program. Stop that one, or choose another port with --metrics-listen"
    );
    assert!(output.code == 1 && output.stderr.contains(&expected), "{output:?}");
    drop(listener);
    let mut serve = folder.command(&["serve", "--listen", &address, "--metrics-listen", &address]);
    let output = CommandOutput::of(&mut serve);
    let expected = format!(
        "{address} is the address of the API. Choose another one for the metrics with --metrics-listen."
    );
    assert!(output.code == 1 && output.stderr.contains(&expected), "{output:?}");
    assert!(output.stdout.is_empty());
}
