//! Tests the connect screen and the API screen with servers and networks that misbehave, in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::path::Path;

use axum::{body::Body, http::Response};
use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{FakeRequest, FakeServer, browser::Browser, console::connect, json_response};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const KEY: &str = "s3cret-key-of-this-test";

/// Starts a server of the console with this `config.json`. `respond` answers requests to the API.
fn start(
    config: String,
    respond: impl Fn(&FakeRequest) -> Response<Body> + Send + Sync + 'static,
) -> FakeServer {
    FakeServer::start(move |_, request| match request.path() {
        "/config.json" => json_response(200, &config),
        path if path.starts_with("/public/") => respond(request),
        path => file(path),
    })
}

fn own_server() -> String {
    json!({ "name": "Test", "domain": "." }).to_string()
}

/// Returns a file of the console.
fn file(path: &str) -> Response<Body> {
    let path = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
    let content_type = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        _ => "image/svg+xml",
    };
    match std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist").join(path)) {
        Ok(content) => Response::builder().header("content-type", content_type).body(content.into()).unwrap(),
        Err(_) => json_response(404, "{}"),
    }
}

async fn wait_for_error(browser: &Browser, kind: &str, words: &str) {
    let note = format!("//*[@data-error='{kind}'][contains(normalize-space(.), '{words}')]");
    browser.wait_for(By::XPath(note)).await;
}

#[tokio::test]
async fn sign_in_page_of_a_network_is_named_as_the_cause() {
    let page = |request: &FakeRequest| match request.path() {
        "/public/jobs" => {
            let page = "<!doctype html><title>Guest Wi-Fi</title><h1>Accept the terms</h1>";
            Response::builder().header("content-type", "text/html").body(page.into()).unwrap()
        }
        _ => json_response(404, "{}"),
    };
    let redirect = |_: &FakeRequest| {
        let response = Response::builder().status(302).header("location", "https://login.example/");
        response.body(Body::empty()).unwrap()
    };
    for server in [start(own_server(), page), start(own_server(), redirect)] {
        let browser = Browser::start().await;
        browser.page.goto(server.address()).await.unwrap();
        connect(&browser, KEY).await;
        wait_for_error(&browser, "not_this_api", "If this network has a sign-in page or a proxy").await;
    }
}

#[tokio::test]
async fn response_blocked_by_cors_names_a_way_out() {
    let other = FakeServer::start(|_, _| json_response(200, "[]"));
    let server = start(json!({ "domain": other.address() }).to_string(), |_| json_response(404, "{}"));
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, KEY).await;
    wait_for_error(&browser, "blocked_by_browser", "use the txjobs command line").await;
    wait_for_error(&browser, "blocked_by_browser", "A gateway on your own machine").await;
}

#[tokio::test]
async fn config_with_many_servers_is_bounded_with_a_warning() {
    let profiles = |count: usize| {
        let profile = |at| json!({ "name": format!("Server {at}"), "domain": format!("s{at}.example") });
        json!({ "profiles": (0..count).map(profile).collect::<Vec<_>>() }).to_string()
    };
    for (count, words, choices) in [
        (1_000, "has 1,000 servers. Only the first 100 are offered.", 101),
        (20_000, "is larger than 256 kB. Its servers are not offered.", 0),
    ] {
        let server = start(profiles(count), |_| json_response(404, "{}"));
        let browser = Browser::start().await;
        browser.page.goto(server.address()).await.unwrap();
        browser.wait_for_text("p", words).await;
        let buttons = browser.page.find_all(By::Css("[aria-label=Profile] button")).await.unwrap();
        assert_eq!(buttons.len(), choices);
        browser.check_accessibility(&format!("{count} servers")).await;
    }
}

#[tokio::test]
async fn key_that_the_server_repeats_is_masked_on_the_api_screen() {
    let respond = |request: &FakeRequest| match request.path() {
        "/public/jobs" => {
            let mut response = json_response(200, &json!([{ "Id": JOB, "Name": KEY }]).to_string());
            response.headers_mut().insert("x-echo", KEY.parse().unwrap());
            response
        }
        path if path.ends_with("/status") => json_response(200, "[]"),
        _ => json_response(404, "{}"),
    };
    let server = start(own_server(), respond);
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/#/api", server.address())).await.unwrap();
    connect(&browser, KEY).await;
    browser.click_button("Send").await;
    browser.wait_for_text("pre", "***").await;
    let response: String =
        browser.execute("return document.querySelector('[aria-label=Response]').textContent").await;
    assert!(response.contains("x-echo***") && !response.contains(KEY), "{response}");
}
