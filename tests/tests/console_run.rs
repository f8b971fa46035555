//! Tests the screen of a run in a real browser with servers that respond late, in part, or with odd times.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    http::{Method, Response},
};
use thirtyfour::prelude::*;
use txjobs_sdk::Timestamp;
use txjobs_test_support::{
    FakeRequest, FakeResponse, FakeServer,
    browser::Browser,
    console::{connect, console_file, wait_for_line},
    json_response,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
const OTHER_RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e58";
const EXECUTION: &str = "7a1c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
/// Below are the texts of the screen that the tests expect.
const SEARCHING: &str = "The server does not list this run yet.";

/// Starts a server of the console and of the API. `respond` returns the responses of the API.
fn start(respond: impl Fn(&FakeRequest) -> FakeResponse + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |_, request| {
        if request.path().starts_with("/public/") {
            respond(request)
        } else {
            console_file(request.path()).into()
        }
    })
}

/// Returns the responses of the API for one job in this status.
fn job_response(request: &FakeRequest, status: u8) -> Option<Response<Body>> {
    let body = match request.path() {
        "/public/jobs" => format!(r#"[{{"Id":"{JOB}","Name":"Finance deliver"}}]"#),
        "/public/jobs/status" => format!(r#"[{{"JobId":"{JOB}","Status":{status}}}]"#),
        path if path.ends_with("/execute") && request.method == Method::POST => {
            format!(r#"{{"JobId":"{JOB}","TriggerId":"{RUN}"}}"#)
        }
        _ => return None,
    };
    Some(json_response(200, &body))
}

fn is_log(request: &FakeRequest) -> bool {
    request.path().contains("/logs")
}

/// Returns an execution without lines as JSON. `end` is JSON.
fn execution(trigger: &str, state: u8, created: &str, end: &str, lines: &str) -> String {
    format!(
        r#"{{"Id":"{EXECUTION}","JobId":"{JOB}","TriggerId":{trigger},"State":{state},"CreateTime":"{created}","EndTime":{end},"JobExecutionLogs":[{lines}]}}"#
    )
}

/// Returns 400 lines with an error in line 201 as JSON.
fn log_lines() -> String {
    let line = |number: u32| {
        let (severity, text) = if number == 201 { (2, "Invalid object name") } else { (0, "Reading batch") };
        format!(
            r#"{{"Id":"00000000-0000-0000-0000-{number:012}","Message":"{text} {number}","Severity":{severity},"TimeStamp":"2026-03-14T02:00:00.{:03}Z"}}"#,
            number % 1000
        )
    };
    (1..=400).map(line).collect::<Vec<_>>().join(",")
}

/// Returns the time this long ago.
fn ago(age: Duration) -> String {
    let at = SystemTime::now() - age;
    let millis = at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    Timestamp::from_unix_millis(i64::try_from(millis).unwrap()).to_string()
}

/// Opens a screen of the console that `server` serves, and connects to the same server.
async fn open(server: &FakeServer, screen: &str) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/{screen}", server.address())).await.unwrap();
    connect_to(&browser, server).await;
    browser
}

async fn connect_to(browser: &Browser, server: &FakeServer) {
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(server.address()).await.unwrap();
    connect(browser, "any-key").await;
}

fn run_screen(run: &str) -> String {
    format!("#/jobs/{JOB}/runs/{run}")
}

async fn has_text(browser: &Browser, text: &str) -> bool {
    browser.page.source().await.unwrap().contains(text)
}

/// Returns the classes of the buttons with this text.
async fn button_classes(browser: &Browser, text: &str) -> Vec<String> {
    let path = By::XPath(format!("//main//button[normalize-space(.)='{text}']"));
    let mut classes = Vec::new();
    for button in browser.page.find_all(path).await.unwrap() {
        classes.push(button.class_name().await.unwrap().unwrap_or_default());
    }
    classes
}

/// Waits until the stages show that the run has been waiting for this many seconds, or one more.
async fn wait_for_wait(browser: &Browser, seconds: u32) {
    let texts = [seconds, seconds + 1].map(|seconds| format!("contains(., 'application for {seconds}s')"));
    browser.wait_for(By::XPath(format!("//ol[{}]", texts.join(" or ")))).await;
}

#[tokio::test]
async fn run_that_the_server_does_not_list_yet_is_not_offered_again() {
    let is_listed = Arc::new(AtomicBool::new(false));
    let listed = Arc::clone(&is_listed);
    let server = start(move |request| {
        // The statuses are older than the run.
        job_response(request, 0)
            .unwrap_or_else(|| {
                let runs = listed
                    .load(Ordering::SeqCst)
                    .then(|| execution(&format!("\"{RUN}\""), 1, &ago(Duration::from_secs(2)), "null", ""));
                json_response(200, &format!("[{}]", runs.unwrap_or_default()))
            })
            .into()
    });
    // Another page started the run.
    let browser = open(&server, &run_screen(RUN)).await;
    browser.wait_for_text("main", SEARCHING).await;
    assert!(button_classes(&browser, "Run again").await.is_empty(), "a second start may be a mistake");
    browser.check_appearances("run-not-listed").await;
    is_listed.store(true, Ordering::SeqCst);
    browser.wait_for(By::Css("[data-state='1']")).await;
}

#[tokio::test]
async fn run_that_was_started_here_is_pending_until_it_is_listed_and_the_wait_grows() {
    let server =
        start(move |request| job_response(request, 0).unwrap_or_else(|| json_response(200, "[]")).into());
    let browser = open(&server, "#/").await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("ol", "waiting for the application for").await;
    // Longer than the console overrides the statuses of the server.
    wait_for_wait(&browser, 12).await;
    assert!(!has_text(&browser, SEARCHING).await);
    assert!(button_classes(&browser, "Run again").await.is_empty());
    wait_for_wait(&browser, 15).await;
}

#[tokio::test]
async fn ended_run_that_is_loading_has_no_stages_and_is_not_offered_again() {
    let server = start(move |request| match job_response(request, 0) {
        Some(response) => response.into(),
        None => FakeResponse::Hold,
    });
    let browser = open(&server, &run_screen(RUN)).await;
    browser.wait_for_text("h1", "Finance deliver").await;
    browser.wait_for_text("main", "Loading…").await;
    assert!(button_classes(&browser, "Run again").await.is_empty());
    let stages = browser.wait_for(By::Css("ol.stages")).await.text().await.unwrap();
    assert!(!stages.contains("pending") && !stages.contains("ended"), "{stages}");
}

#[tokio::test]
async fn job_that_leaves_the_list_keeps_its_name() {
    let is_listed = Arc::new(AtomicBool::new(true));
    let listed = Arc::clone(&is_listed);
    let server = start(move |request| {
        if request.path() == "/public/jobs" && !listed.load(Ordering::SeqCst) {
            return json_response(200, "[]").into();
        }
        let end = format!("\"{}\"", ago(Duration::from_secs(29 * 3600)));
        job_response(request, 0)
            .unwrap_or_else(|| {
                let run = execution(
                    &format!("\"{RUN}\""),
                    3,
                    &ago(Duration::from_secs(30 * 3600)),
                    &end,
                    &log_lines(),
                );
                json_response(200, &format!("[{run}]"))
            })
            .into()
    });
    let browser = open(&server, &run_screen(RUN)).await;
    browser.wait_for_text("h1", "Finance deliver").await;
    browser.wait_for_text("button", "Run again").await;
    is_listed.store(false, Ordering::SeqCst);
    browser.click_button("Refresh").await;
    browser.wait_for_text("main", "no longer in the list").await;
    browser.wait_for_text("h1", "Finance deliver").await;
    assert!(browser.page.title().await.unwrap().starts_with("Finance deliver: failed"));
    browser.check_appearances("run-not-in-list").await;
}

/// Serves a run that ended this long ago, and counts the requests for logs. Only the first one gets a response.
fn serve_ended_run(trigger: &'static str, age: Duration) -> (FakeServer, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let recorded = Arc::clone(&requests);
    let server = start(move |request| {
        if let Some(response) = job_response(request, 0) {
            return response.into();
        }
        let is_first = {
            let mut recorded = recorded.lock().unwrap();
            recorded.push(request.target.clone());
            // The log of an execution is in the logs of the job.
            trigger != "null" && recorded.len() == 1 || trigger == "null" && recorded.len() <= 2
        };
        if !is_first {
            return FakeResponse::Hold;
        }
        if trigger == "null" && request.path().ends_with(EXECUTION) {
            return json_response(200, "[]").into();
        }
        let (created, end) = (ago(age + Duration::from_secs(600)), format!("\"{}\"", ago(age)));
        json_response(200, &format!("[{}]", execution(trigger, 3, &created, &end, &log_lines()))).into()
    });
    (server, requests)
}

async fn wait_for_error_line(browser: &Browser) {
    let line = browser.wait_for(By::Css("[role=log] .current[data-line='200']")).await;
    assert!(line.is_displayed().await.unwrap());
}

#[tokio::test]
async fn log_of_run_that_ended_long_ago_is_requested_once() {
    const TRIGGER: &str = "\"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57\"";
    let (server, requests) = serve_ended_run(TRIGGER, Duration::from_secs(29 * 3600));
    let browser = open(&server, &run_screen(RUN)).await;
    wait_for_error_line(&browser).await;
    // The console polls again when following has ended.
    let polls = server.requests().iter().filter(|request| request.path() == "/public/jobs/status").count();
    while server.requests().iter().filter(|request| request.path() == "/public/jobs/status").count() <= polls
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(requests.lock().unwrap().len(), 1, "{:?}", requests.lock().unwrap());
}

#[tokio::test]
async fn log_of_run_of_the_application_is_requested_once() {
    let (server, requests) = serve_ended_run("null", Duration::from_secs(29 * 3600));
    let browser = open(&server, &run_screen(EXECUTION)).await;
    wait_for_error_line(&browser).await;
    let log = format!("/public/jobs/{JOB}/logs");
    assert_eq!(requests.lock().unwrap().iter().filter(|target| **target == log).count(), 1);
}

#[tokio::test]
async fn run_that_ended_opens_at_its_error_with_the_first_response() {
    const TRIGGER: &str = "\"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57\"";
    let (server, _) = serve_ended_run(TRIGGER, Duration::from_secs(60));
    let browser = open(&server, &run_screen(RUN)).await;
    // The request for late lines gets no response.
    server.wait_for_request(RUN);
    server.wait_for_request(RUN);
    wait_for_error_line(&browser).await;
}

/// Opens a run with these times and returns the text of its stages.
async fn stages(created: &'static str, end: &'static str) -> String {
    let server = start(move |request| {
        job_response(request, 0)
            .unwrap_or_else(|| {
                let run = execution(&format!("\"{RUN}\""), 3, created, end, "");
                json_response(200, &format!("[{run}]"))
            })
            .into()
    });
    let browser = open(&server, &run_screen(RUN)).await;
    browser.wait_for_text("ol//b", "failed").await;
    browser.wait_for(By::Css("ol.stages")).await.text().await.unwrap()
}

#[tokio::test]
async fn error_at_which_a_run_opens_stays_current_when_lines_arrive_before_it() {
    let late = Arc::new(Mutex::new(String::new()));
    let inserted = Arc::clone(&late);
    let server = start(move |request| {
        job_response(request, 0)
            .unwrap_or_else(|| {
                let now = ago(Duration::ZERO);
                let lines = format!("{}{}", log_lines(), inserted.lock().unwrap());
                let run = execution(&format!("\"{RUN}\""), 3, &now, &format!("\"{now}\""), &lines);
                json_response(200, &format!("[{run}]"))
            })
            .into()
    });
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/{}", server.address(), run_screen(RUN))).await.unwrap();
    // Count how often the page has compared its address with the current line.
    let count_comparisons = "window.comparisons = 0; const start = window.setTimeout;
        window.setTimeout = (run, delay, ...rest) => start(() => {
            run(...rest); if (delay === 300) window.comparisons++ }, delay)";
    browser.execute::<()>(count_comparisons).await;
    connect_to(&browser, &server).await;
    let wait_for_comparisons = async |count: u32| {
        let script = format!(
            "while (window.comparisons < {count}) await new Promise((done) => requestAnimationFrame(done))"
        );
        browser.execute::<()>(&script).await;
    };
    wait_for_error_line(&browser).await;
    wait_for_comparisons(1).await;
    let id = "00000000-0000-0000-0000-000000009999";
    *late.lock().unwrap() =
        format!(r#",{{"Id":"{id}","Message":"Late","Severity":0,"TimeStamp":"2026-03-14T02:00:00.005Z"}}"#);
    browser.wait_for_text("button", "All 401").await;
    wait_for_comparisons(2).await;
    let current = browser.wait_for(By::Css("[role=log] .current[data-line='201']")).await;
    assert!(current.text().await.unwrap().contains("Invalid object name"));
    let address = browser.page.current_url().await.unwrap().to_string();
    assert!(!address.contains("line="), "the user did not choose a line: {address}");
}

#[tokio::test]
async fn end_on_another_day_has_a_date() {
    let text = stages("2026-03-14T10:00:00Z", "\"2026-03-16T12:00:05Z\"").await;
    assert!(text.contains("Mon 16 Mar"), "{text}");
    let text = stages("2026-03-14T12:00:00Z", "\"2026-03-14T12:00:05Z\"").await;
    assert!(!text.contains("Sat 14 Mar"), "{text}");
}

#[tokio::test]
async fn missing_or_contradictory_times_are_explained() {
    let text = stages("2026-03-14T10:00:00Z", "\"2026-03-14T09:00:00Z\"").await;
    assert!(text.contains("the server reports an end before the start"), "{text}");
    let text = stages("2026-03-14T10:00:00Z", "\"0001-01-01T00:00:00\"").await;
    assert!(text.contains("the server reports no end time") && text.contains("at an unknown time"), "{text}");
    let text = stages("0001-01-01T00:00:00", "\"2026-03-14T09:00:00Z\"").await;
    assert!(text.contains("the server reports no start time"), "{text}");
}

#[tokio::test]
async fn second_run_of_the_same_press_is_reported() {
    let posts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&posts);
    let server = start(move |request| {
        // The server starts a run and closes the connection, and the browser sends the request again by itself. The page
        // knows only the second run.
        if request.method == Method::POST && counted.fetch_add(1, Ordering::SeqCst) == 0 {
            return FakeResponse::Close;
        }
        if let Some(response) = job_response(request, 0) {
            return response.into();
        }
        let now = ago(Duration::ZERO);
        let runs =
            [RUN, OTHER_RUN].map(|run| execution(&format!("\"{run}\""), 2, &now, &format!("\"{now}\""), ""));
        let shown = if request.path().ends_with(RUN) { 1 } else { counted.load(Ordering::SeqCst) };
        let (mut parts, body) = json_response(200, &format!("[{}]", runs[..shown].join(","))).into_parts();
        parts.headers.insert("x-txjobs-extensions", "logs, limit, after".parse().unwrap());
        Response::from_parts(parts, body).into()
    });
    let browser = open(&server, "#/").await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("main", "Another run of this job was started through the API within").await;
    assert_eq!(
        posts.load(Ordering::SeqCst),
        2,
        "the browser sends a POST again if a reused connection is closed"
    );
    browser.check_appearances("two-runs-of-one-press").await;
    browser.wait_for_text("a", "Open the other run").await.click().await.unwrap();
    browser.wait_for_text("code", &OTHER_RUN[..8]).await;
}

#[tokio::test]
async fn following_continues_when_the_network_is_back() {
    let (is_captive, is_done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (captive, done) = (Arc::clone(&is_captive), Arc::clone(&is_done));
    let server = start(move |request| {
        if captive.load(Ordering::SeqCst) {
            let page = Response::builder().header("content-type", "text/html");
            return page.body(Body::from("<!doctype html><title>Sign in</title>")).unwrap().into();
        }
        let (state, end) = if done.load(Ordering::SeqCst) {
            (2, format!("\"{}\"", ago(Duration::ZERO)))
        } else {
            (1, "null".to_owned())
        };
        job_response(request, 2)
            .unwrap_or_else(|| {
                assert!(is_log(request));
                let line =
                    r#"{"Id":"00000000-0000-0000-0000-000000000001","Message":"Started","Severity":0}"#;
                let run = execution(&format!("\"{RUN}\""), state, &ago(Duration::from_secs(9)), &end, line);
                json_response(200, &format!("[{run}]"))
            })
            .into()
    });
    let browser = open(&server, &run_screen(RUN)).await;
    wait_for_line(&browser, "Started").await;
    is_captive.store(true, Ordering::SeqCst);
    browser.wait_for(By::Css("[data-error=not_this_api]")).await;
    browser.wait_for_text("main", "The console continues to follow this run").await;
    browser.check_appearances("run-interrupted").await;
    is_done.store(true, Ordering::SeqCst);
    is_captive.store(false, Ordering::SeqCst);
    browser.page.execute("window.dispatchEvent(new Event('online'))", vec![]).await.unwrap();
    browser.wait_for(By::Css("[data-state='2']")).await;
    assert!(browser.page.find(By::Css("main [data-error]")).await.is_err());
}
