//! Secrets are in requests only.

use std::fs;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use txjobs_test_support::{CommandOutput, ServerFolder, shell_jobs};

use crate::receiver::{Receiver, Reply, wait_for};

const SECRETS: [&str; 4] =
    ["T0PSECRETPATH", "signature-4f\u{e4}9/+", "header-secret-123", "routing-key-\"quoted\"-5678"];

#[tokio::test]
async fn secrets_are_in_no_log_and_not_in_the_database() {
    // The server repeats everything that it got.
    let receiver = Receiver::with_reply(|number, request| match number {
        0 => {
            let header = request.headers["x-token"].to_str().unwrap().to_owned();
            let body = format!("no hook {} {header} {}", request.target, request.body);
            Reply::Send((StatusCode::BAD_REQUEST, body).into_response())
        }
        _ => StatusCode::OK.into(),
    })
    .await;
    let [path, _, header, key] = SECRETS;
    let config = shell_jobs(&[("fails", "exit 1", "")])
        + r#"
[[notify]]
name = "Secret"
[notify.webhook]
url = "${env:HOOK}"
headers = { X-Token = "Bearer ${file:token}" }
body = { routing_key = "${file:key}", text = "{title}: {job} {{x}}", nested = [{ event = "{event}", n = 1, t = true }] }
"#;
    let folder = ServerFolder::gateway(&config);
    fs::write(folder.file("token"), format!("{header}\n")).unwrap();
    fs::write(folder.file("key"), key).unwrap();
    let mut serve = folder.serve_command(&[]);
    let encoded = "signature-4f%C3%A49%2F%2B";
    serve.env("HOOK", format!("{}/hooks/{path}?sig={encoded}", receiver.address));
    serve.env("RUST_LOG", "trace");
    let gateway = folder.start(serve);
    gateway.run("fails").await;
    let received = receiver.wait_for(2).await;
    assert_eq!(received[1].target, format!("/hooks/{path}?sig={encoded}"));
    assert_eq!(received[1].headers["x-token"], format!("Bearer {header}"));
    let body = &received[1].body;
    assert_eq!(body["routing_key"], key);
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("fails failed after ") && text.ends_with(": fails {x}"), "{text}");
    assert_eq!(body["nested"], serde_json::json!([{ "event": "failed", "n": 1, "t": true }]));
    wait_for("the log", || gateway.log().contains("delivered again").then_some(())).await;
    let log = gateway.log();
    assert!(
        log.contains("400 Bad Request: no hook /hooks/***?sig=***") || log.contains("no hook ***"),
        "{log}"
    );
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    let mut files = vec![log];
    for name in ["txjobs-gateway.db", "txjobs-gateway.db-wal"] {
        files.push(String::from_utf8_lossy(&fs::read(folder.file(name)).unwrap_or_default()).into_owned());
    }
    for text in files {
        for secret in SECRETS.iter().copied().chain([encoded, "quoted"]) {
            assert!(!text.contains(secret), "{secret} is in {text:.2000}");
        }
    }
}

#[test]
fn check_lists_channels_and_fails_if_a_secret_is_missing() {
    let channels = r#"
[[notify]]
name = "Data team"
webhook = { url = "${env:UNSET_WEBHOOK}" }
[[notify]]
name = "File"
slow = "2h"
webhook = { url = "https://hooks.example.com", headers = { X-Token = "${file:missing}" } }
[[notify]]
name = "Short"
[notify.email]
server = "smtps://mail.example.com"
user = "a"
password = "${env:SHORT_PASSWORD}"
from = "a@example.com"
to = ["b@example.com"]
[[notify]]
name = "Address"
webhook = { url = "${env:NO_ADDRESS}" }
[[notify]]
name = "Works"
on = ["completed"]
webhook = { url = "https://hooks.example.com" }
"#;
    let folder = ServerFolder::gateway(&(shell_jobs(&[("works", "exit 0", "")]) + channels));
    let mut check = folder.command(&["check"]);
    check
        .env_remove("UNSET_WEBHOOK")
        .env("SHORT_PASSWORD", "short")
        .env("NO_ADDRESS", "secret-but-no-address");
    let output = CommandOutput::of(&mut check);
    assert_eq!(output.code, 1, "{output:?}");
    for line in [
        "channel\tData team\twebhook\tfailed, errors\n",
        "channel\tFile\twebhook\tfailed, errors, slow\n",
        "channel\tShort\temail\tfailed, errors\n",
        "channel\tWorks\twebhook\tcompleted\n",
    ] {
        assert!(output.stdout.contains(line), "{output:?}");
    }
    for text in [
        "The channel \"Data team\" cannot send: the environment variable UNSET_WEBHOOK ",
        "The channel \"File\" cannot send: the file missing cannot be read",
        "The channel \"Short\" cannot send: the environment variable SHORT_PASSWORD has fewer than 8",
        "The channel \"Address\" cannot send: `url` is not a URL",
        "Channels that cannot send here: 4 of 5.\n",
    ] {
        assert!(output.stderr.contains(text), "{text}: {output:?}");
    }
    assert!(!output.stderr.contains("\"Works\"") && !output.stderr.contains("secret-but"), "{output:?}");
    let config =
        shell_jobs(&[("works", "exit 0", "")]) + "[[notify]]\nwebhook = { url = \"https://example.com\" }\n";
    let output = ServerFolder::gateway(&config).run(&["check"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stderr.contains("Organizations: 1, jobs: 1, channels: 1."), "{output:?}");
}

#[tokio::test]
async fn missing_secret_is_named_and_used_when_it_appears() {
    let receiver = Receiver::start().await;
    let config =
        shell_jobs(&[("fails", "exit 1", "")]) + "[[notify]]\nwebhook = { url = \"${file:hook}\" }\n";
    let folder = ServerFolder::gateway(&config);
    let gateway = folder.serve(&[]);
    wait_for("the warning", || {
        gateway.log().contains("notifications cannot be delivered now: the file hook").then_some(())
    })
    .await;
    gateway.run("fails").await;
    wait_for("the log", || gateway.log().contains("the file hook cannot be read").then_some(())).await;
    fs::write(folder.file("hook"), &receiver.address).unwrap();
    assert_eq!(receiver.wait_for(1).await[0].body["job"], "fails");
}
