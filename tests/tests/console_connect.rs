//! Tests the connect screen and the API screen with servers and networks that misbehave, in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    collections::BTreeSet,
    convert::Infallible,
    iter,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{body::Body, http::Response};
use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeResponse, FakeServer,
    browser::Browser,
    console::{connect, console_file},
    json_response,
};

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
        path => console_file(path),
    })
}

fn own_server() -> String {
    json!({ "name": "Test", "domain": "." }).to_string()
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
    wait_for_error(&browser, "blocked_by_browser", "A gateway on your own machine can relay").await;
    wait_for_error(&browser, "blocked_by_browser", "docs/guides/get-a-browser-past-cors.md").await;
    let lines = browser.page.find(By::Css(".error-note pre")).await.unwrap().text().await.unwrap();
    let expected = format!("[relay]\nupstream = \"{}\"\nkey_env = \"SERVICE_KEY\"", other.address());
    assert_eq!(lines, expected);
    browser.check_appearances("blocked").await;
}

#[tokio::test]
async fn server_of_the_page_that_does_not_respond_needs_no_relay() {
    let server = FakeServer::start(|_, request| match request.path() {
        "/config.json" => FakeResponse::Send(json_response(200, &own_server())),
        path if path.starts_with("/public/") => FakeResponse::Close,
        path => FakeResponse::Send(console_file(path)),
    });
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, KEY).await;
    wait_for_error(&browser, "blocked_by_browser", "Check the domain and your network").await;
    assert!(browser.page.find(By::Css(".error-note pre")).await.is_err());
}

#[tokio::test]
async fn blocked_service_offers_its_relay() {
    const RELAY_KEY: &str = "s3cret-key-of-the-relay";
    let service = FakeServer::start(|_, _| json_response(200, "[]"));
    let config = json!({ "profiles": [
        { "name": "Service", "domain": service.address() },
        { "name": "Other relay", "domain": "https://relay.example", "relayFor": "https://api.example" },
        { "name": "Our relay", "domain": ".", "relayFor": format!("{}/", service.address()) },
    ] });
    let server = start(config.to_string(), |_| json_response(200, "[]"));
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    let host = service.address().strip_prefix("http://").unwrap();
    browser.wait_for_text("button", &format!("Our relay relay for {host}")).await;
    browser.wait_for_text("button", "Other relay relay for api.example").await;
    connect(&browser, KEY).await;
    wait_for_error(&browser, "blocked_by_browser", "Our relay relays to this server").await;
    browser.check_appearances("blocked-with-relay").await;

    browser.click_button("Use the relay").await;
    browser.wait_for_text("span", &format!("This server relays to {host}.")).await;
    let domain = browser.field("Domain").await.value().await.unwrap();
    assert_eq!(domain.as_deref(), Some(server.address()));
    let key = browser.field("API key").await;
    assert_eq!(
        key.value().await.unwrap().as_deref(),
        Some(""),
        "the key of the service is not for the relay"
    );
    browser.wait_for(By::Css("#key:focus")).await;
    browser.check_appearances("relay").await;
    connect(&browser, RELAY_KEY).await;
    browser.wait_for_text("h1", "Jobs").await;
    let keys = |server: &FakeServer| {
        let requests = server.requests();
        let keys = requests.iter().filter_map(|request| request.headers.get("apikey"));
        keys.map(|key| key.to_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(keys(&server), BTreeSet::from([RELAY_KEY.to_owned()]));
    assert!(!keys(&service).contains(RELAY_KEY));
}

/// Opens the console, and checks what it says about its `config.json`, how many choices it offers, and that it is usable.
async fn check_config(server: &FakeServer, words: &str, choices: usize) {
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    browser.wait_for_text("p", words).await;
    let buttons = browser.page.find_all(By::Css("[aria-label=Profile] button")).await.unwrap();
    assert_eq!(buttons.len(), choices);
    browser.check_accessibility(words).await;
    let key = browser.field("API key").await;
    key.send_keys(KEY).await.unwrap();
    assert_eq!(key.value().await.unwrap().as_deref(), Some(KEY), "the page is usable");
}

fn profiles(count: usize) -> String {
    let profile = |at| json!({ "name": format!("Server {at}"), "domain": format!("s{at}.example") });
    json!({ "profiles": (0..count).map(profile).collect::<Vec<_>>() }).to_string()
}

#[tokio::test]
async fn config_with_1000_servers_offers_the_first_100() {
    let server = start(profiles(1_000), |_| json_response(404, "{}"));
    check_config(&server, "has 1,000 servers. Only the first 100 are offered.", 101).await;
}

#[tokio::test]
async fn config_with_20000_servers_is_not_read() {
    let server = start(profiles(20_000), |_| json_response(404, "{}"));
    check_config(&server, "is larger than 256 kB. Its servers are not offered.", 0).await;
}

#[tokio::test]
async fn config_of_100_megabytes_is_not_loaded() {
    /// The length of all parts together.
    const LENGTH: usize = 100_000_000;
    let part = format!("{},", json!({ "name": "Server", "domain": "s.example", "more": "x".repeat(64_000) }));
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let server = FakeServer::start(move |_, request| match request.path() {
        "/config.json" => {
            let (part, counted) = (part.clone(), Arc::clone(&counted));
            let parts = std::iter::repeat_with(move || {
                counted.fetch_add(part.len(), Ordering::Relaxed);
                part.clone()
            });
            let count = LENGTH / 64_000;
            let parts = iter::once("{\"profiles\":[".to_owned()).chain(parts.take(count));
            let parts = parts.chain(iter::once("{}]}".to_owned())).map(Ok::<_, Infallible>);
            let body = Body::from_stream(futures::stream::iter(parts));
            Response::builder().header("content-type", "application/json").body(body).unwrap()
        }
        path => console_file(path),
    });
    check_config(&server, "is larger than 256 kB. Its servers are not offered.", 0).await;
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < LENGTH / 2, "the page loaded {sent} bytes");
}

/// Repeats the key in a body, in a name, and in a header.
fn repeat_key(request: &FakeRequest) -> Response<Body> {
    match request.path() {
        "/public/jobs" => {
            let mut response = json_response(200, &json!([{ "Id": JOB, "Name": KEY }]).to_string());
            response.headers_mut().insert("x-echo", KEY.parse().unwrap());
            response
        }
        path if path.ends_with("/status") => json_response(200, "[]"),
        _ => json_response(404, "{}"),
    }
}

#[tokio::test]
async fn key_that_the_server_repeats_is_masked_on_the_api_screen() {
    let server = start(own_server(), repeat_key);
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/#/api", server.address())).await.unwrap();
    connect(&browser, KEY).await;
    browser.click_button("Send").await;
    let response = browser.wait_for(By::XPath("//section[@aria-label='Response'][.//pre]")).await;
    let text: String =
        browser.execute("return document.querySelector('[aria-label=Response]').textContent").await;
    assert!(!text.contains(KEY), "{text}");
    assert!(text.contains("x-echo***") && response.text().await.unwrap().contains("***"), "{text}");
}

#[tokio::test]
async fn key_that_the_server_repeats_is_masked_in_errors() {
    let escaped = KEY.replace('-', "\\u002d");
    let bodies = [
        json!({ "Message": format!("The key {KEY} is not known.") }).to_string(),
        format!("{{\"Message\":\"The key {escaped} is not known.\"}}"),
        format!("<p>The key {KEY} is not known.</p>"),
    ];
    for body in bodies {
        let server = start(own_server(), move |_| json_response(401, &body));
        let browser = Browser::start().await;
        browser.page.goto(server.address()).await.unwrap();
        connect(&browser, KEY).await;
        let note = browser.wait_for(By::Css("[data-error=key_refused]")).await.text().await.unwrap();
        assert!(note.contains("The key *** is not known."), "{note}");
    }
}
