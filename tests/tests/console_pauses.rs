//! Tests in a real browser that all requests wait when a server asks to wait, and that the page says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Method, Response},
};
use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeServer, allow_origin,
    browser::Browser,
    console::{connect, console_file},
    json_response,
    static_host::StaticHost,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
const WAITS: &str = "The server asks to wait. The next request is sent in";

/// Returns the response of a server with one job that never ran.
fn normal_response(request: &FakeRequest) -> Response<Body> {
    match request.path() {
        "/public/jobs" => json_response(200, &json!([{ "Id": JOB, "Name": "Load" }]).to_string()),
        "/public/jobs/status" => json_response(200, &json!([{ "JobId": JOB, "Status": 0 }]).to_string()),
        path if path.ends_with("/execute") => {
            json_response(200, &json!({ "JobId": JOB, "TriggerId": RUN }).to_string())
        }
        _ => json_response(200, "[]"),
    }
}

fn too_many_requests(retry_after: Option<&str>) -> Response<Body> {
    let mut response = json_response(429, "{}");
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert("retry-after", retry_after.parse().unwrap());
    }
    response
}

/// Starts a server of another origin than the page.
fn start(respond: impl Fn(&FakeRequest) -> Response<Body> + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |_, request| {
        let is_preflight = request.method == Method::OPTIONS;
        allow_origin(if is_preflight { json_response(204, "") } else { respond(request) })
    })
}

/// Opens the console on a host of its own.
async fn open_host() -> (StaticHost, Browser) {
    let host = StaticHost::start("/console");
    let browser = Browser::start().await;
    browser.page.goto(host.address()).await.unwrap();
    (host, browser)
}

async fn connect_to(browser: &Browser, server: &FakeServer) {
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(server.address()).await.unwrap();
    connect(browser, "any-key").await;
}

/// Returns the number of requests, without those in which the browser asks for permission.
fn request_count(server: &FakeServer) -> usize {
    server.requests().iter().filter(|request| request.method != Method::OPTIONS).count()
}

async fn wait_for_requests(server: &FakeServer, count: usize) {
    while request_count(server) < count {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Refreshes the list while the server asks to wait, and opens the job, whose runs are another operation.
async fn refresh_and_open_job(browser: &Browser) {
    browser.click_button("Refresh").await;
    browser.wait_for(By::Css("[data-error=too_many_requests]")).await;
    browser.wait_for_text("a", "Load").await.click().await.unwrap();
    browser.wait_for_text("h1", "Load").await;
}

#[tokio::test]
async fn pause_of_one_operation_holds_all_others() {
    let is_limited = Arc::new(AtomicBool::new(false));
    let limited = Arc::clone(&is_limited);
    let server = start(move |request| match request.path() {
        "/public/jobs/status" if limited.swap(false, Ordering::Relaxed) => too_many_requests(Some("6")),
        _ => normal_response(request),
    });
    let (_host, browser) = open_host().await;
    connect_to(&browser, &server).await;
    browser.wait_for_text("td", "never ran").await;
    is_limited.store(true, Ordering::Relaxed);
    browser.click_button("Refresh").await;
    browser.wait_for(By::Css("[data-error=too_many_requests]")).await;
    let (limited_at, count) = (Instant::now(), request_count(&server));
    browser.wait_for_text("a", "Load").await.click().await.unwrap();
    browser.wait_for(By::Css("[aria-label=Refresh]")).await.click().await.unwrap();
    wait_for_requests(&server, count + 1).await;
    // The response may have arrived a moment before its note.
    assert!(limited_at.elapsed() > Duration::from_secs(4), "{:?}", limited_at.elapsed());
}

#[tokio::test]
async fn pause_until_a_time_holds_all_operations_if_the_clock_of_the_page_is_fast() {
    let is_limited = Arc::new(AtomicBool::new(false));
    let limited = Arc::clone(&is_limited);
    // The browser hides the server's date from a page of another origin.
    let server = start(move |request| match request.path() {
        "/public/jobs/status" if limited.load(Ordering::Relaxed) => {
            too_many_requests(Some("Sat, 14 Mar 2026 02:00:06 GMT"))
        }
        _ => normal_response(request),
    });
    let (_host, browser) = open_host().await;
    // One hour after the server's time.
    browser.execute::<()>("Date.now = () => Date.UTC(2026, 2, 14, 3, 0, 0)").await;
    connect_to(&browser, &server).await;
    browser.wait_for_text("td", "never ran").await;
    is_limited.store(true, Ordering::Relaxed);
    browser.click_button("Refresh").await;
    browser.wait_for(By::Css("[data-error=too_many_requests]")).await;
    let count = request_count(&server);
    browser.wait_for_text("a", "Load").await.click().await.unwrap();
    while browser.page.find(By::Css(".wait-note")).await.is_err() {
        assert_eq!(request_count(&server), count, "a request was sent during the pause");
    }
    browser.wait_for_text("*[@class='wait-note']", WAITS).await;
    assert_eq!(request_count(&server), count);
}

#[tokio::test]
async fn repeated_429_without_retry_after_holds_requests_longer() {
    let is_limited = Arc::new(AtomicBool::new(false));
    let limited = Arc::clone(&is_limited);
    let times = Arc::new(Mutex::new(Vec::new()));
    let limited_times = Arc::clone(&times);
    let server = start(move |request| {
        if limited.load(Ordering::Relaxed) {
            limited_times.lock().unwrap().push(Instant::now());
            return too_many_requests(None);
        }
        normal_response(request)
    });
    let (_host, browser) = open_host().await;
    connect_to(&browser, &server).await;
    browser.wait_for_text("td", "never ran").await;
    let count = request_count(&server);
    is_limited.store(true, Ordering::Relaxed);
    for number in 1..=4 {
        browser.click_button("Refresh").await;
        wait_for_requests(&server, count + number).await;
    }
    let times = times.lock().unwrap().clone();
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let expected = [1, 2, 4].map(Duration::from_secs);
    assert!(pauses.iter().zip(expected).all(|(pause, least)| *pause >= least), "{pauses:?}");
}

#[tokio::test]
async fn wrong_clock_of_the_page_does_not_lead_to_a_long_wait() {
    let server = start(|request| match request.path() {
        // The browser hides the server's date from a page of another origin.
        "/public/jobs" => too_many_requests(Some("Sat, 14 Mar 2026 02:00:03 GMT")),
        _ => normal_response(request),
    });
    let (_host, browser) = open_host().await;
    // One hour before the server's time.
    browser.execute::<()>("Date.now = () => Date.UTC(2026, 2, 14, 1, 0, 0)").await;
    connect_to(&browser, &server).await;
    browser.wait_for_text("*[@data-error='too_many_requests']", "Retry after 60 s.").await;
}

/// A server of the console that asks to wait for some seconds once its status list is limited.
struct LimitedServer {
    server: FakeServer,
    retry_after: Arc<Mutex<Option<&'static str>>>,
}

impl LimitedServer {
    fn start() -> Self {
        let retry_after = Arc::new(Mutex::new(None));
        let limit = Arc::clone(&retry_after);
        let server = FakeServer::start(move |_, request| match request.path() {
            "/config.json" => json_response(200, r#"{"name":"Test","domain":"."}"#),
            "/public/jobs/status" => match limit.lock().unwrap().take() {
                Some(seconds) => too_many_requests(Some(seconds)),
                None => normal_response(request),
            },
            path if path.starts_with("/public/") => normal_response(request),
            path => console_file(path),
        });
        Self { server, retry_after }
    }

    /// Opens the job in a browser after the server has asked to wait.
    async fn open_limited(&self, seconds: &'static str) -> Browser {
        let browser = Browser::start().await;
        browser.page.goto(self.server.address()).await.unwrap();
        connect(&browser, "any-key").await;
        browser.wait_for_text("td", "never ran").await;
        *self.retry_after.lock().unwrap() = Some(seconds);
        refresh_and_open_job(&browser).await;
        browser
    }

    async fn go_to(&self, browser: &Browser, route: &str) {
        browser.page.goto(format!("{}/{route}", self.server.address())).await.unwrap();
    }

    fn post_count(&self) -> usize {
        self.server.requests().iter().filter(|request| request.method == Method::POST).count()
    }
}

#[tokio::test]
async fn pause_is_shown_wherever_the_user_waits() {
    let server = LimitedServer::start();
    let browser = server.open_limited("300").await;
    browser.wait_for_text("main/div[@class='wait-note']", WAITS).await;
    browser.check_appearances("pause-job").await;

    server.go_to(&browser, &format!("#/jobs/{JOB}/runs/{RUN}")).await;
    browser.wait_for_text("main[@class='run-page']/div[@class='wait-note']", WAITS).await;
    browser.check_appearances("pause-run").await;

    server.go_to(&browser, "#/api").await;
    browser.click_button("Send").await;
    browser.wait_for_text("main//div[@class='wait-note']", WAITS).await;
    browser.check_appearances("pause-api").await;

    server.go_to(&browser, &format!("#/?selected={JOB}")).await;
    browser.click_button("Run selected (1)").await;
    browser.click_button("Run 1 job").await;
    browser.wait_for_text("dialog[@open]//div[@class='wait-note']", WAITS).await;
    browser.check_appearances("pause-bulk-run").await;
    browser.click_button("Close").await;

    browser.click_button("Run Load").await;
    browser.click_button("Run").await;
    browser.wait_for_text("dialog[@open]//div[@class='wait-note']", WAITS).await;
    browser.check_appearances("pause-confirm").await;
    assert_eq!(server.post_count(), 0);
}

#[tokio::test]
async fn canceled_start_is_not_sent_after_the_pause() {
    let server = LimitedServer::start();
    let browser = server.open_limited("8").await;
    browser.click_button("Run").await;
    let submit = "//dialog[@open]//button[@type='submit']";
    browser.wait_for(By::XPath(submit)).await.click().await.unwrap();
    browser.wait_for_text("dialog[@open]//div[@class='wait-note']", WAITS).await;
    browser.click_button("Cancel").await;
    // The second start waits for the end of the same pause.
    browser.click_button("Run").await;
    browser.wait_for(By::XPath(submit)).await.click().await.unwrap();
    browser.wait_for_text("dialog[@open]//div[@class='wait-note']", WAITS).await;
    assert_eq!(server.post_count(), 0);
    browser.wait_for(By::Css("main.run-page")).await;
    assert_eq!(server.post_count(), 1);
}
