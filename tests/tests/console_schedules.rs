//! Tests that the console shows when jobs start by themselves, what started a run, and where its work runs, in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use txjobs_sdk::Timestamp;
use txjobs_test_support::{
    FakeResponse, FakeServer, allow_origin, browser::Browser, console::connect, json_response,
    static_host::StaticHost,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const OTHER_JOB: &str = "9a0c4d7f-2e81-4f36-b5d2-6b1e8f3a0c94";
const DAY: i64 = 86_400_000;

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

fn time(millis: i64) -> String {
    Timestamp::from_unix_millis(millis).to_string()
}

/// Returns a run that began some minutes ago.
fn execution(number: u8, minutes: i64, starter: i64, trigger: &str, link: Option<&str>) -> Value {
    let created = now() - minutes * 60_000;
    let id = format!("00000000-0000-0000-0000-0000000000{number:02}");
    let line = json!({
        "Id": id, "JobExecutionId": id, "TimeStamp": time(created), "Severity": 0, "Message": "Loading",
    });
    json!({
        "Id": id, "JobId": JOB, "TriggerId": trigger, "State": 2, "CreateTime": time(created),
        "EndTime": time(created + 9000), "StartedBy": starter, "ExternalLink": link, "JobExecutionLogs": [line],
    })
}

/// Opens the console with a server whose job is due at this time, and runs if that is more than a week ahead.
async fn open(due: &Arc<AtomicI64>, link: &'static str) -> (FakeServer, StaticHost, Browser) {
    let due = Arc::clone(due);
    let server = FakeServer::start(move |_, request| {
        let nil = "00000000-0000-0000-0000-000000000000";
        let trigger = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
        let body = match request.path() {
            _ if request.method == "OPTIONS" => return allow_origin(json_response(204, "")).into(),
            "/public/jobs" => json!([
                { "Id": JOB, "Name": "Nightly load", "Schedule": {
                    "Cron": "0 2 * * *", "TimeZone": "Europe/Copenhagen", "NextDueTime": time(due.load(Ordering::Relaxed)), "After": [],
                } },
                { "Id": OTHER_JOB, "Name": "Deliver", "Schedule": { "After": ["Nightly load", "<b>Sales</b>\nprepare"] } },
            ]),
            "/public/jobs/status" => {
                let status = if due.load(Ordering::Relaxed) > now() + 7 * DAY { 2 } else { 0 };
                json!([{ "JobId": JOB, "Status": status }, { "JobId": OTHER_JOB, "Status": 0 }])
            }
            path if path.contains(OTHER_JOB) => json!([]),
            path => {
                let all = [
                    execution(1, 30, 0, trigger, None),
                    execution(2, 20, 2, nil, None),
                    execution(3, 10, 1, nil, Some(link)),
                ];
                // Without the extension, only the history of the job has runs without a trigger id.
                let is_found = |run: &&Value| {
                    path.ends_with("/logs") || path.ends_with(run["TriggerId"].as_str().unwrap())
                };
                all.iter().filter(is_found).cloned().collect()
            }
        };
        FakeResponse::from(allow_origin(json_response(200, &body.to_string())))
    });
    let host = StaticHost::start("/console");
    let browser = Browser::start().await;
    browser.page.goto(host.address()).await.unwrap();
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(server.address()).await.unwrap();
    connect(&browser, "any-key").await;
    browser.wait_for_text("h1", "Jobs").await;
    (server, host, browser)
}

async fn goto(host: &StaticHost, browser: &Browser, screen: &str) {
    browser.page.goto(format!("{}{screen}", host.address())).await.unwrap();
}

#[tokio::test]
async fn schedule_and_starters_are_shown_on_every_screen() {
    let due = Arc::new(AtomicI64::new(now() + DAY));
    let (_server, host, browser) = open(&due, "https://engine.example/runs/7").await;
    browser.wait_for_text("td", "tomorrow").await;
    browser.wait_for_text("td", "after Nightly load, <b>Sales</b>↵prepare").await;
    browser.check_appearances("schedules-jobs").await;
    browser.page.find(By::Css("button[aria-label='Next run']")).await.unwrap().click().await.unwrap();
    browser.wait_for(By::Css("th[aria-sort='ascending'] button[aria-label='Next run']")).await;

    goto(&host, &browser, &format!("#/jobs/{JOB}")).await;
    let note = browser.wait_for(By::Css(".schedule")).await.text().await.unwrap();
    assert!(note.contains("tomorrow") && note.contains("0 2 * * * (Europe/Copenhagen)"), "{note}");
    for starter in ["API", "other jobs", "schedule"] {
        browser.wait_for_text("td", starter).await;
    }
    browser.check_appearances("schedules-job").await;

    goto(&host, &browser, &format!("#/jobs/{JOB}/runs/00000000-0000-0000-0000-000000000003")).await;
    let origin = browser.wait_for(By::Css(".engine-page")).await;
    assert_eq!(origin.text().await.unwrap().trim(), "Open in engine.example");
    assert_eq!(origin.attr("href").await.unwrap().unwrap(), "https://engine.example/runs/7");
    assert_eq!(origin.attr("rel").await.unwrap().unwrap(), "noopener noreferrer");
    browser.wait_for_text("span", "by schedule · execution").await;
    browser.wait_for_text("*[contains(@class, 'log')]", "Loading").await;
    browser.check_appearances("schedules-run").await;

    goto(&host, &browser, "#/timeline").await;
    browser.wait_for(By::Css(".timeline .next-run")).await;
    let bar = browser.wait_for(By::Css(".run-bar")).await;
    let text = bar.attr("aria-label").await.unwrap().unwrap();
    assert!(text.contains("Nightly load"), "{text}");
    browser.check_appearances("schedules-timeline").await;
}

#[tokio::test]
async fn list_is_loaded_again_when_a_due_time_has_passed() {
    let due = Arc::new(AtomicI64::new(now() + 20_000));
    let (_server, _host, browser) = open(&due, "https://engine.example").await;
    browser.wait_for_text("td", "today").await;
    due.store(now() + DAY, Ordering::Relaxed);
    let pass_time = "const now = performance.now.bind(performance), time = Date.now.bind(Date);
        performance.now = () => now() + 60000; Date.now = () => time() + 60000";
    browser.page.execute(pass_time, vec![]).await.unwrap();
    browser.wait_for_text("td", "tomorrow").await;
}

#[tokio::test]
async fn only_web_addresses_become_links() {
    let due = Arc::new(AtomicI64::new(now() + DAY));
    let (_server, host, browser) = open(&due, "javascript:document.title='broken'").await;
    goto(&host, &browser, &format!("#/jobs/{JOB}/runs/00000000-0000-0000-0000-000000000003")).await;
    browser.wait_for_text("span", "by schedule · execution").await;
    assert!(browser.page.find(By::Css(".engine-page")).await.is_err());
}

#[tokio::test]
async fn link_without_slashes_opens_the_host_that_it_names() {
    let due = Arc::new(AtomicI64::new(now() + DAY));
    let (_server, host, browser) = open(&due, "http:engine.example/runs/7").await;
    goto(&host, &browser, &format!("#/jobs/{JOB}/runs/00000000-0000-0000-0000-000000000003")).await;
    let link = browser.wait_for(By::Css(".engine-page")).await;
    assert_eq!(link.text().await.unwrap().trim(), "Open in engine.example");
    assert_eq!(link.prop("href").await.unwrap().unwrap(), "http://engine.example/runs/7");
}

#[tokio::test]
async fn list_is_loaded_again_when_a_job_starts_before_its_due_time() {
    let due = Arc::new(AtomicI64::new(now() + DAY));
    let (_server, _host, browser) = open(&due, "https://engine.example").await;
    browser.wait_for_text("td", "tomorrow").await;
    // The clock of the browser is behind that of the server, so the due time is still ahead of it.
    due.store(now() + 400 * DAY, Ordering::Relaxed);
    let pass_time = "const now = performance.now.bind(performance), time = Date.now.bind(Date);
        performance.now = () => now() + 60000; Date.now = () => time() + 60000";
    browser.page.execute(pass_time, vec![]).await.unwrap();
    let year = &time(now() + 400 * DAY)[..4];
    browser.wait_for_text("td", year).await;
}

#[tokio::test]
async fn passed_due_time_is_shown_as_passed_on_every_screen() {
    let due = Arc::new(AtomicI64::new(now() - 3 * DAY));
    let (_server, host, browser) = open(&due, "https://engine.example").await;
    browser.wait_for_text("td", "was due").await;
    goto(&host, &browser, &format!("#/jobs/{JOB}")).await;
    let note = browser.wait_for(By::Css(".schedule")).await.text().await.unwrap();
    assert!(note.contains("Next run was due"), "{note}");
    goto(&host, &browser, "#/timeline").await;
    let next = browser.wait_for(By::Css(".timeline .next-run")).await.text().await.unwrap();
    assert!(next.starts_with("was due"), "{next}");
}
