//! `/health/live` and `/health/ready`.

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, lines, shell_jobs};

#[tokio::test]
async fn shutdown_is_visible_while_a_run_ends() {
    let script = "trap 'while [ ! -e go ] && [ -e gateway.toml ]; do sleep 0.01; done; exit 0' TERM; echo begun; sleep 1000 & wait";
    let folder = ServerFolder::gateway(&shell_jobs(&[("slow", script, "stop_grace = \"1m\"")]));
    let mut gateway = folder.serve(&[]);
    for path in ["/health", "/health/live", "/health/ready"] {
        let response = gateway.get(path).await;
        assert_eq!((response.status, response.json()), (200, json!({ "status": "ok" })), "{path}");
    }
    let run = gateway.execute("slow").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    gateway.signal("TERM");
    txjobs_test_support::wait_until("the shutdown", async || {
        (gateway.get("/health/ready").await.status == 503).then_some(())
    })
    .await;
    let ready = gateway.get("/health/ready").await;
    assert_eq!(ready.json(), json!({ "status": "the gateway is shutting down" }));
    assert_eq!(gateway.get("/health/live").await.status, 200);
    assert_eq!(gateway.get("/health").await.status, 200);
    // Clients that follow the run still reach the gateway.
    assert_eq!(gateway.call(paths::get_job_status(run.job)).await.json()["Status"], 2);
    std::fs::write(folder.file("go"), "").unwrap();
    assert!(gateway.wait_for_exit().await.success());
}
