//! The token of the admin API, which jobs cannot read.

use std::io::Write;

use reqwest::Method;
use txjobs_test_support::spy_job::{run_spy, spy_job};
use txjobs_test_support::{AdminApi, CommandOutput, ServerFolder, TestServer, shell_jobs};

const TOKEN: &str = "a-token-for-this-test-only";

async fn accepts_token(emulator: &TestServer) -> bool {
    let request = AdminApi::new(emulator.address(), TOKEN).request(Method::GET, "/clock");
    request.send().await.unwrap().status() == 200
}

#[tokio::test]
async fn job_cannot_read_the_token() {
    let folder = ServerFolder::emulator(&spy_job());
    let mut serve = folder.serve_command(&[]);
    serve.env("TXJOBS_ADMIN_TOKEN", TOKEN).env("TXJOBS_API_KEY", "a-key-for-this-test-only");
    let emulator = folder.start(serve);
    assert!(accepts_token(&emulator).await);
    let output = run_spy(&emulator).await;
    assert!(!output.contains(TOKEN) && !output.contains("a-key-for-this-test-only"), "{output}");
}

#[tokio::test]
async fn token_is_read_from_standard_input() {
    let folder = ServerFolder::emulator(&spy_job());
    let (reader, mut writer) = std::io::pipe().unwrap();
    writeln!(writer, "{TOKEN}").unwrap();
    drop(writer);
    let mut serve = folder.serve_command(&["--admin-token-stdin"]);
    // An emulator that a job of a gateway starts stays a part of that run.
    serve
        .stdin(reader)
        .env("TXJOBS_TRIGGER_ID", "of-a-gateway")
        .env("TXJOBS_ADMIN_TOKEN", "another-token-that-is-not-used");
    let emulator = folder.start(serve);
    assert!(accepts_token(&emulator).await);
    let output = run_spy(&emulator).await;
    assert!(!output.contains(TOKEN) && !output.contains("another-token-that-is-not-used"), "{output}");
    assert!(output.contains("TXJOBS_TRIGGER_ID=of-a-gateway"), "{output}");
}

#[test]
fn invalid_token_is_refused_and_not_shown() {
    let folder = ServerFolder::emulator(&shell_jobs(&[("a", "true", "")]));
    for token in ["short-token", &"x".repeat(5000)] {
        let mut serve = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
        let output = CommandOutput::of(serve.env("TXJOBS_ADMIN_TOKEN", token));
        assert!(output.code != 0 && output.stderr.contains("TXJOBS_ADMIN_TOKEN"), "{output:?}");
        assert!(!output.stderr.contains(token), "{output:?}");
    }
}
