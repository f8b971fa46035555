//! Jobs cannot read the secrets of the gateway.
#![cfg(target_os = "linux")]

use txjobs_test_support::ServerFolder;
use txjobs_test_support::spy_job::{run_spy, spy_job};

#[tokio::test]
async fn job_cannot_read_the_variables_of_the_gateway() {
    let folder = ServerFolder::gateway(&spy_job());
    let mut serve = folder.serve_command(&[]);
    // A gateway that a job of another gateway starts stays a part of that run.
    serve.env("TXJOBS_API_KEY", "a-key-for-this-test-only").env("TXJOBS_TRIGGER_ID", "of-another-gateway");
    let gateway = folder.start(serve);
    let output = run_spy(&gateway).await;
    assert!(!output.contains("a-key-for-this-test-only"), "{output}");
    assert!(output.contains("TXJOBS_TRIGGER_ID=of-another-gateway"), "{output}");
}
