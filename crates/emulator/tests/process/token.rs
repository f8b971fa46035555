//! The token of the admin API, which jobs cannot read.

use std::io::Write;
use std::process::Stdio;

use crate::gateway_process::{Gateway, Home, command, shell_jobs};
use crate::spy::{SPY, output_of_spy};

const TOKEN: &str = "a-token-for-this-test-only";

async fn accepts_token(gateway: &Gateway) -> bool {
    let client = reqwest::Client::new();
    let response =
        client.get(format!("{}/admin/clock", gateway.url)).bearer_auth(TOKEN).send().await.unwrap();
    response.status() == 200
}

#[tokio::test]
async fn job_cannot_read_the_token() {
    let home = Home::new(&shell_jobs(&[("spy", SPY, "stderr = \"information\"")]));
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--listen", "127.0.0.1:0"]).stdin(Stdio::null());
    serve.env("TXJOBS_ADMIN_TOKEN", TOKEN).env("TXJOBS_API_KEY", "a-key-for-this-test-only");
    let gateway = home.start(serve);
    assert!(accepts_token(&gateway).await);
    let output = output_of_spy(&gateway).await;
    assert!(!output.contains(TOKEN) && !output.contains("a-key-for-this-test-only"), "{output}");
}

#[tokio::test]
async fn token_is_read_from_standard_input() {
    let home = Home::new(&shell_jobs(&[("spy", SPY, "stderr = \"information\"")]));
    let (reader, mut writer) = std::io::pipe().unwrap();
    writeln!(writer, "{TOKEN}").unwrap();
    drop(writer);
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--admin-token-stdin", "--listen", "127.0.0.1:0"]).stdin(reader);
    // A gateway that a job of another gateway starts stays a part of that run.
    serve
        .env("TXJOBS_TRIGGER_ID", "of-another-gateway")
        .env("TXJOBS_ADMIN_TOKEN", "another-token-that-is-not-used");
    let gateway = home.start(serve);
    assert!(accepts_token(&gateway).await);
    let output = output_of_spy(&gateway).await;
    assert!(!output.contains(TOKEN) && !output.contains("another-token-that-is-not-used"), "{output}");
    assert!(output.contains("TXJOBS_TRIGGER_ID=of-another-gateway"), "{output}");
}

#[test]
fn invalid_token_is_refused_and_not_shown() {
    let home = Home::new(&shell_jobs(&[("a", "true", "")]));
    for token in ["short-token", &"x".repeat(5000)] {
        let mut serve = command(home.folder.path());
        serve.args(["serve", "--listen", "127.0.0.1:0"]).env("TXJOBS_ADMIN_TOKEN", token);
        let refused = serve.stdin(Stdio::null()).output().unwrap();
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && error.contains("TXJOBS_ADMIN_TOKEN"), "{error}");
        assert!(!error.contains(token), "{error}");
    }
}
