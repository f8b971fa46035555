//! The health of a node without a server.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use txjobs_test_support::{lines, send_signal, wait_until};

use crate::cluster::Cluster;

const SLOW: &str = "trap 'while [ ! -e go ] && [ -e gateway.toml ]; do sleep 0.01; done; exit 0' TERM; echo begun; sleep 1000 & wait";

#[tokio::test]
async fn node_without_a_server_shows_its_health_beside_the_metrics() {
    let cluster = Cluster::new(&[("slow", SLOW, "stop_grace = \"1m\"")]);
    let server = cluster.serve(&["--no-runner", "--metrics-listen", "127.0.0.1:0"]);
    let mut node = cluster.command(&["run", "--metrics-listen", "127.0.0.1:0"]);
    let mut node = node.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines_of_node = BufReader::new(node.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines_of_node.nth(1).unwrap();
    let address = address.strip_prefix("metrics on ").unwrap().strip_suffix("/metrics").unwrap().to_owned();
    let get = async |path: &str| {
        let response = server.http().get(format!("{address}{path}")).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let ok = (200, r#"{"status":"ok"}"#.to_owned());
    for path in ["/health", "/health/live", "/health/ready"] {
        assert_eq!(get(path).await, ok, "{path}");
    }
    assert_eq!(get("/other").await.0, 404);

    let run = server.execute("slow").await;
    server.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    send_signal("TERM", node.id());
    let stopping = (503, r#"{"status":"the gateway is shutting down"}"#.to_owned());
    wait_until("the shutdown", async || (get("/health/ready").await == stopping).then_some(())).await;
    assert_eq!(get("/health/live").await, ok);
    cluster.write("go");
    assert!(node.wait().unwrap().success());
}
