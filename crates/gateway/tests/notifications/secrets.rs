//! Secrets are in requests only.

use std::fs;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use txjobs_test_support::{ServerFolder, shell_jobs};

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
