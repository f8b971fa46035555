//! Tests that the job list is current, tells jobs apart, and copes with slow servers, in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{body::Body, http::Response};
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeResponse, FakeServer, allow_origin, browser::Browser, console::connect, json_response,
    static_host::StaticHost,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";

/// Shifts the clock that decides when the page sends requests.
const PASS_TIME: &str = "const now = performance.now.bind(performance), shift = arguments[0] * 1000;
    performance.now = () => now() + shift";

/// Starts a server that returns these responses, and allows a page of another origin to ask for them.
fn start(respond: impl Fn(&FakeRequest) -> FakeResponse + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |_, request| {
        let response =
            if request.method == "OPTIONS" { json_response(204, "").into() } else { respond(request) };
        match response {
            FakeResponse::Send(response) => FakeResponse::Send(allow_origin(response)),
            other => other,
        }
    })
}

fn ok(body: &str) -> FakeResponse {
    json_response(200, body).into()
}

fn jobs(names: &[&str]) -> FakeResponse {
    let job = |(at, name): (usize, &&str)| {
        let id = format!("{}{at}", &JOB[..JOB.len() - 1]);
        serde_json::json!({ "id": id, "name": name })
    };
    ok(&serde_json::Value::Array(names.iter().enumerate().map(job).collect()).to_string())
}

fn job_id(at: usize) -> String {
    format!("{}{at}", &JOB[..JOB.len() - 1])
}

fn statuses(codes: &[i64]) -> FakeResponse {
    let status = |(at, code): (usize, &i64)| serde_json::json!({ "jobId": job_id(at), "status": code });
    ok(&serde_json::Value::Array(codes.iter().enumerate().map(status).collect()).to_string())
}

/// Returns an execution that began at two o'clock, and has ended if `seconds` is given.
fn execution(number: u8, state: i64, seconds: Option<u64>) -> serde_json::Value {
    let created = "2026-03-14T02:00:00Z";
    serde_json::json!({
        "id": format!("00000000-0000-0000-0000-0000000000{number:02}"),
        "jobId": job_id(0),
        "triggerId": format!("00000000-0000-0000-0001-0000000000{number:02}"),
        "createTime": created,
        "endTime": seconds.map(|seconds| format!("2026-03-14T02:00:{seconds:02}Z")),
        "state": state,
        "jobExecutionLogs": [],
    })
}

/// Opens the console on a host of its own, and connects to a server.
async fn open(server: &FakeServer) -> (StaticHost, Browser) {
    let host = StaticHost::start("/console");
    let browser = Browser::start().await;
    browser.page.goto(host.address()).await.unwrap();
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(server.address()).await.unwrap();
    connect(&browser, "any-key").await;
    browser.wait_for_text("h1", "Jobs").await;
    (host, browser)
}

/// Returns the names of the rows, from top to bottom.
async fn names(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('tr[data-job] bdi')].map(e => e.textContent)";
    browser.page.execute(script, vec![]).await.unwrap().convert().unwrap()
}

#[tokio::test]
async fn short_run_between_two_polls_appears_in_the_list() {
    let has_run = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&has_run);
    // The server announces no extensions, and all its status lists say that the job is idle.
    let server = start(move |request| match request.path() {
        "/public/jobs" => jobs(&["Load"]),
        "/public/jobs/status" => statuses(&[0]),
        _ if seen.load(Ordering::Relaxed) => {
            ok(&serde_json::json!([execution(2, 2, Some(9)), execution(1, 2, Some(5))]).to_string())
        }
        _ => ok(&serde_json::json!([execution(1, 2, Some(5))]).to_string()),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("td", "5.0s").await;
    has_run.store(true, Ordering::Relaxed);
    browser.page.execute(PASS_TIME, vec![70.into()]).await.unwrap();
    browser.wait_for(By::Css("tr[data-job] .last-runs a:nth-child(2)")).await;
}

#[tokio::test]
async fn failed_history_of_an_ended_run_is_marked_and_loaded_again() {
    let (has_ended, failures) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (ended, failed) = (Arc::clone(&has_ended), Arc::clone(&failures));
    let server = start(move |request| match (request.path(), ended.load(Ordering::Relaxed)) {
        ("/public/jobs", _) => jobs(&["Load"]),
        ("/public/jobs/status", has_ended) => statuses(&[if has_ended { 0 } else { 2 }]),
        (_, false) => ok(&serde_json::json!([execution(1, 1, None)]).to_string()),
        (_, true) if failed.fetch_add(1, Ordering::Relaxed) == 0 => json_response(500, "{}").into(),
        (_, true) => ok(&serde_json::json!([execution(1, 2, Some(41))]).to_string()),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("td", "started").await;
    has_ended.store(true, Ordering::Relaxed);
    browser.wait_for(By::Css("tr[data-job] .outdated-mark")).await;
    let duration = browser.wait_for(By::Css("tr[data-job] td.number")).await.text().await.unwrap();
    assert_eq!(duration, "…", "the duration of an ended run does not grow");
    browser.page.execute(PASS_TIME, vec![10.into()]).await.unwrap();
    browser.wait_for_text("td", "41s").await;
    assert!(browser.page.find(By::Css(".outdated-mark")).await.is_err());
}

#[tokio::test]
async fn history_that_was_not_loaded_is_loaded_without_a_refresh() {
    let failures = AtomicUsize::new(0);
    let server = start(move |request| match request.path() {
        "/public/jobs" => jobs(&["Load"]),
        "/public/jobs/status" => statuses(&[0]),
        _ if failures.fetch_add(1, Ordering::Relaxed) == 0 => json_response(500, "{}").into(),
        _ => ok(&serde_json::json!([execution(1, 2, Some(41))]).to_string()),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("td", "not loaded").await;
    browser.page.execute(PASS_TIME, vec![10.into()]).await.unwrap();
    browser.wait_for_text("td", "41s").await;
}

#[tokio::test]
async fn hanging_status_list_is_mentioned_and_refresh_sends_another_request() {
    // When the request that hangs arrived. Before it, the browser starts.
    let requested = Arc::new(OnceLock::new());
    let time = Arc::clone(&requested);
    let server = start(move |request| match request.path() {
        "/public/jobs" => jobs(&["Load"]),
        "/public/jobs/status" if time.set(Instant::now()).is_ok() => FakeResponse::Hold,
        "/public/jobs/status" => statuses(&[0]),
        _ => ok("[]"),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("*[@class='wait-note']", "The server has not responded for").await;
    assert!(requested.get().unwrap().elapsed() < Duration::from_secs(20));
    browser.check_appearances("hanging").await;
    browser.click_button("Refresh").await;
    browser.wait_for(By::Css("tr[data-job] [data-state='0']")).await;
    browser.wait_for_text("td", "never ran").await;
    assert!(browser.page.find(By::Css(".wait-note")).await.is_err());
}

#[tokio::test]
async fn slow_list_that_moves_is_read_to_its_end() {
    // The list takes longer than the connection test waits for progress.
    let server = start(|request| match request.path() {
        "/public/jobs" => {
            let list = format!("[{{\"id\":\"{JOB}\",\"name\":\"Load\"}}]");
            let parts: Vec<_> = list.chars().map(String::from).collect();
            let pause = Duration::from_millis(18_000 / parts.len() as u64);
            let parts = futures::stream::unfold(parts.into_iter(), move |mut parts| async move {
                tokio::time::sleep(pause).await;
                parts.next().map(|part| (Ok::<_, std::io::Error>(part), parts))
            });
            Response::new(Body::from_stream(parts)).into()
        }
        "/public/jobs/status" => statuses(&[0]),
        _ => ok("[]"),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("a", "Load").await;
}

#[tokio::test]
async fn names_are_told_apart_and_sorted_for_people() {
    let server = start(|request| match request.path() {
        "/public/jobs" => jobs(&[
            "Load 10",
            "\u{e9}tape",
            "Load 9",
            "zoo",
            "Load 9",
            "gpj\u{202e}.exe",
            "eta",
            "\u{1b}[31m",
        ]),
        "/public/jobs/status" => statuses(&[0, 3, 0, 0, 0, 0, 0, 0]),
        _ => ok("[]"),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("a", "Load 10").await;
    let shown = names(&browser).await;
    let id = &JOB[..8];
    for name in [&format!("Load 9 ({})", job_id(2)), &format!("Load 9 ({})", job_id(4))] {
        assert!(shown.iter().any(|shown| shown.contains(&name[..8]) && shown.contains(id)), "{shown:?}");
    }
    let position = |name: &str| shown.iter().position(|shown| shown.starts_with(name)).unwrap();
    let order = ["eta", "\u{e9}tape", "gpj⇄.exe", "Load 9", "Load 10", "zoo"].map(position);
    assert!(order.is_sorted(), "{shown:?}");
    assert!(shown.contains(&"␛[31m".to_owned()), "{shown:?}");
    let script = "return [...document.querySelectorAll('[title]')].map(e => e.title).join()";
    let titles: String = browser.page.execute(script, vec![]).await.unwrap().convert().unwrap();
    assert!(!titles.contains(['\u{202e}', '\u{1b}']));
    // A long status fits its badge at every width.
    for width in [1280, 900, 320] {
        browser.set_appearance(width, 800, "light").await;
        let script = "return [...document.querySelectorAll('td .badge')].map(badge => { \
                const text = document.createRange(); text.selectNodeContents(badge); \
                const cell = badge.closest('td').getBoundingClientRect(); \
                return [text.getBoundingClientRect().right, badge.getBoundingClientRect().right, cell.right]; \
            })";
        let edges: Vec<[f64; 3]> = browser.page.execute(script, vec![]).await.unwrap().convert().unwrap();
        assert_eq!(edges.len(), 8);
        assert!(edges.iter().all(|edges| edges.is_sorted()), "{width}: {edges:?}");
    }
}

#[tokio::test]
async fn running_job_is_sorted_by_its_duration_so_far() {
    let server = start(|request| match request.path() {
        "/public/jobs" => jobs(&["ended", "running"]),
        "/public/jobs/status" => statuses(&[0, 2]),
        path if path.contains(&job_id(0)) => ok(&serde_json::json!([execution(1, 2, Some(41))]).to_string()),
        _ => ok(&serde_json::json!([execution(2, 1, None)]).to_string()),
    });
    let (_host, browser) = open(&server).await;
    browser.wait_for_text("td", "41s").await;
    browser.click_button("Duration").await;
    browser.wait_for(By::XPath("//tr[@data-job][1][contains(., 'running')]")).await;
    browser.wait_for_text("td", "started").await;
    assert_eq!(names(&browser).await, ["running", "ended"]);
}
