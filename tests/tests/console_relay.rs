//! Tests the console with a relay in a real browser: a service that does not allow the page is used through a gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::fs;

use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    ServerFolder, TestServer,
    browser::Browser,
    console::{connect, serve_console, wait_for_line},
};

const JOBS: &str = r#"
[[organization]]
name = "Test"
[[organization.job]]
name = "Nightly load"
id = "11111111-1111-4111-8111-111111111111"
[organization.job.script]
state = "failed"
lines = [{ message = "Reading" }, { severity = "error", message = "No such table" }]
"#;
const JOB: &str = "11111111-1111-4111-8111-111111111111";

/// Starts a service that allows no pages, and a relay to it that serves the console.
async fn start() -> (TestServer, TestServer) {
    let service = TestServer::emulator(JOBS);
    service.admin().set_behavior(json!({ "cors": false })).await;
    let config = format!(
        "[relay]\nname = \"Finance\"\nupstream = {:?}\nkey_file = \"service-key\"\nallow_addresses = [\"127.0.0.1\"]\n",
        service.address()
    );
    let folder = ServerFolder::gateway(&config);
    fs::write(folder.file("service-key"), service.key()).unwrap();
    let relay = serve_console(&folder, &[]);
    (service, relay)
}

#[tokio::test]
async fn service_without_cors_is_used_through_the_relay() {
    let (service, relay) = start().await;
    let browser = Browser::start().await;
    browser.page.goto(relay.address()).await.unwrap();

    // The service itself is blocked, and the note leads to the relay.
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(service.address()).await.unwrap();
    connect(&browser, service.key()).await;
    browser.wait_for(By::Css("[data-error='blocked_by_browser']")).await;
    browser.click_button("Use the relay").await;
    browser.wait_for(By::Css("#key:focus")).await;
    connect(&browser, relay.key()).await;
    browser.wait_for_text("a", "Nightly load").await;

    let run = relay.execute("Nightly load").await;
    service.wait_for_end(run).await;
    let screen = format!("{}/#/jobs/{JOB}/runs/{}", relay.address(), run.trigger);
    browser.page.goto(&screen).await.unwrap();
    wait_for_line(&browser, "No such table").await;
    browser.save_screenshot("relay-run").await;
    let requests = browser.request_urls().await;
    let to_service: Vec<_> = requests.iter().filter(|url| url.starts_with(service.address())).collect();
    assert!(to_service.len() <= 2, "only the attempt without the relay: {to_service:?}");
}

#[tokio::test]
async fn archive_shows_what_the_service_has_forgotten() {
    let (service, relay) = start().await;
    let run = relay.execute("Nightly load").await;
    service.wait_for_end(run).await;
    let browser = Browser::start().await;
    browser.page.goto(relay.address()).await.unwrap();
    connect(&browser, relay.key()).await;
    browser.wait_for_text("a", "Nightly load").await;
    let screen = format!("{}/#/jobs/{JOB}/runs/{}", relay.address(), run.trigger);
    browser.page.goto(&screen).await.unwrap();
    wait_for_line(&browser, "No such table").await;
    service.kill();

    let browser = Browser::start().await;
    browser.page.goto(relay.address()).await.unwrap();
    browser.click_button("Finance (archive)").await;
    connect(&browser, relay.key()).await;
    browser.wait_for_text("a", "Nightly load").await;
    browser.page.goto(&screen).await.unwrap();
    wait_for_line(&browser, "No such table").await;
    browser.save_screenshot("relay-archive").await;
}
