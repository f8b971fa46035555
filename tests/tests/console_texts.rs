//! Tests in a real browser that states fit their badges in every language, and that no words of a parser reach people.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use axum::{
    body::Body,
    http::{Method, Response},
};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeServer,
    browser::Browser,
    console::{connect, console_file},
    json_response,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

/// Each badge with its text and the edges of text, badge, and cell or page, from left to right.
const BADGES: &str = "return [...document.querySelectorAll('.badge, .secondary-line')].filter(badge => \
    badge.offsetWidth > 0 && getComputedStyle(badge).fontSize !== '0px').map(badge => { \
    const text = document.createRange(); text.selectNodeContents(badge); \
    const around = badge.closest(badge.matches('.jobs .secondary-line') ? 'tr' : 'td') ?? document.documentElement; \
    return [badge.textContent, text.getBoundingClientRect().right, badge.getBoundingClientRect().right, \
        around.getBoundingClientRect().right]; })";

/// Starts a server of the console. `respond` returns the responses of the API.
fn start(respond: impl Fn(&FakeRequest) -> Response<Body> + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |_, request| match request.path() {
        "/config.json" => json_response(200, r#"{"name":"Test","domain":"."}"#),
        path if path.starts_with("/public/") => respond(request),
        path => console_file(path),
    })
}

fn ok(body: &Value) -> Response<Body> {
    json_response(200, &body.to_string())
}

/// Returns a run of ten days for each state, the newest first.
fn runs() -> Value {
    let run = |(at, state): (usize, i64)| {
        let end = if state == 1 { Value::Null } else { json!("2026-03-14T02:03:04Z") };
        json!({
            "Id": format!("7a1c9a31-7b42-4d18-9e6a-0d3c8b1f2e{at:02}"), "JobId": JOB,
            "TriggerId": if at == 0 { RUN.to_owned() } else { format!("5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e{at:02}") },
            "State": state, "CreateTime": format!("2026-03-{:02}T01:02:03Z", 4 - at % 4), "EndTime": end,
            "JobExecutionLogs": [],
        })
    };
    [5, 4, 3, 2, 0, 99].into_iter().enumerate().map(run).collect()
}

/// Returns the response of a server whose job has an unknown status and runs in every state.
fn every_state(request: &FakeRequest) -> Response<Body> {
    match request.path() {
        "/public/jobs" => ok(&json!([{ "Id": JOB, "Name": "Nightly load of all dimensions" }])),
        "/public/jobs/status" => ok(&json!([{ "JobId": JOB, "Status": 3 }])),
        path if path.ends_with(RUN) => ok(&json!([runs()[0]])),
        _ => ok(&runs()),
    }
}

#[tokio::test]
async fn states_fit_their_badges_at_every_width_in_every_language() {
    let server = start(every_state);
    let browser = Browser::start().await;
    for (code, connect_label) in [("en", "Connect"), ("da", "Opret forbindelse"), ("de", "Verbinden")] {
        browser.page.goto(format!("{}/config.json", server.address())).await.unwrap();
        let choose = format!("localStorage.setItem('txjobs.language', '{code}')");
        browser.page.execute(choose, vec![]).await.unwrap();
        browser.page.goto(format!("{}/?{code}", server.address())).await.unwrap();
        browser.wait_for(By::Css("input[type=password]")).await.send_keys("any-key").await.unwrap();
        browser.click_button(connect_label).await;
        browser.wait_for(By::Css("tr[data-job] [data-state='3']")).await;
        for (screen, count) in [
            ("#/".to_owned(), 1),
            (format!("#/jobs/{JOB}"), 6),
            ("#/runs".to_owned(), 5),
            (format!("#/jobs/{JOB}/runs/{RUN}"), 1),
        ] {
            browser.execute::<()>(&format!("location.hash = '{screen}'")).await;
            for width in [1280, 900, 320] {
                browser.set_appearance(width, 800, "light").await;
                let at_least = format!("(//*[contains(@class, 'badge')])[{count}]");
                browser.wait_for(By::XPath(at_least)).await;
                let badges: Vec<(String, f64, f64, f64)> =
                    browser.page.execute(BADGES, vec![]).await.unwrap().convert().unwrap();
                for (text, text_end, badge_end, around_end) in badges {
                    let is_inside = text_end <= badge_end + 0.5 && badge_end <= around_end + 0.5;
                    assert!(is_inside, "{code} {screen} {width}: {text} {text_end} {badge_end} {around_end}");
                }
                browser.save_screenshot(&format!("badges-{code}-{count}-{width}")).await;
            }
        }
    }
}

/// Checks that an error is shown without words of a parser.
async fn check_error(browser: &Browser, kind: &str) {
    let note = browser.wait_for(By::Css(format!("[data-error={kind}]"))).await.text().await.unwrap();
    for word in ["line 1", "column", "expected", "invalid type", "EOF", "missing field", "trailing", "serde"]
    {
        assert!(!note.contains(word), "{note}");
    }
}

#[tokio::test]
async fn words_of_a_parser_are_not_shown() {
    for (body, kind) in [
        ("nonsense", "invalid_body"),
        ("7", "invalid_body"),
        ("{\"Id\":{}}", "invalid_body"),
        ("[{\"Id\":", "interrupted"),
    ] {
        // The response to one operation after the other is invalid.
        for operation in ["/jobs", "/status", "/logs", "/execute"] {
            let server = start(move |request| {
                let path = request.path();
                let is_broken =
                    if operation == "/logs" { path.contains(operation) } else { path.ends_with(operation) };
                if is_broken { json_response(200, body) } else { every_state(request) }
            });
            let browser = Browser::start().await;
            browser.page.goto(server.address()).await.unwrap();
            connect(&browser, "any-key").await;
            match operation {
                "/jobs" | "/status" => check_error(&browser, kind).await,
                "/execute" => {
                    browser.click_button("Run Nightly load of all dimensions").await;
                    browser.click_button("Run").await;
                    // The list is not an object.
                    check_error(&browser, "invalid_body").await;
                }
                _ => {
                    browser.wait_for_text("a", "Nightly load").await;
                    for screen in [format!("#/jobs/{JOB}"), format!("#/jobs/{JOB}/runs/{RUN}")] {
                        browser.execute::<()>(&format!("location.hash = '{screen}'")).await;
                        check_error(&browser, kind).await;
                    }
                }
            }
        }
    }
    let server =
        start(|request| if request.method == Method::POST { ok(&json!({})) } else { every_state(request) });
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, "any-key").await;
    browser.click_button("Run Nightly load of all dimensions").await;
    browser.click_button("Run").await;
    check_error(&browser, "invalid_body").await;
}
