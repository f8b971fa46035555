//! Jobs cannot read the secrets of the gateway.
#![cfg(target_os = "linux")]

use std::process::Stdio;

use crate::gateway_process::{Home, command, shell_jobs};
use crate::spy::{SPY, output_of_spy};

#[tokio::test]
async fn job_cannot_read_the_variables_of_the_gateway() {
    let home = Home::new(&shell_jobs(&[("spy", SPY, "stderr = \"information\"")]));
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--listen", "127.0.0.1:0"]).stdin(Stdio::null());
    // A gateway that a job of another gateway starts stays a part of that run.
    serve.env("TXJOBS_API_KEY", "a-key-for-this-test-only").env("TXJOBS_TRIGGER_ID", "of-another-gateway");
    let gateway = home.start(serve);
    let output = output_of_spy(&gateway).await;
    assert!(!output.contains("a-key-for-this-test-only"), "{output}");
    assert!(output.contains("TXJOBS_TRIGGER_ID=of-another-gateway"), "{output}");
}
