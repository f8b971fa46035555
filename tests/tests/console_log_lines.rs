//! Tests log lines with unusual times and characters in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::sync::{Arc, Mutex};

use axum::{body::Body, http::Response};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeServer,
    browser::Browser,
    console::{address, connect, console_file, lines, wait_for_line},
    json_response,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
/// A text that types into a terminal, reverses the direction, ends a line in some programs, and has no width.
const HOSTILE: &str = "start \u{1b}[201~ls\r\u{7}\u{202e}\u{2028}\u{200b}end";
const HOSTILE_SHOWN: &str = "start ␛[201~ls␍␇⇄␤⍽end";

/// A server of the console and of one running run, whose lines the test chooses.
struct LogServer {
    server: FakeServer,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl LogServer {
    fn start(lines: Vec<Value>) -> Self {
        let lines = Arc::new(Mutex::new(lines));
        let sent = Arc::clone(&lines);
        let server = FakeServer::start(move |_, request| respond(request, &sent.lock().unwrap()));
        Self { server, lines }
    }

    /// Adds lines to the response at a position.
    fn insert(&self, at: usize, more: Vec<Value>) {
        self.lines.lock().unwrap().splice(at..at, more);
    }

    /// Opens the run in a browser.
    async fn open(&self) -> Browser {
        let browser = Browser::start().await;
        browser.page.goto(format!("{}/#/jobs/{JOB}/runs/{RUN}", self.server.address())).await.unwrap();
        connect(&browser, "key").await;
        browser.wait_for(By::Css("[role=log] [data-line]")).await;
        browser
    }
}

fn respond(request: &FakeRequest, lines: &[Value]) -> Response<Body> {
    let json = |body: Value| json_response(200, &body.to_string());
    match request.path() {
        "/config.json" => json(json!({ "name": "Test", "domain": "." })),
        "/public/jobs" => json(json!([{ "Id": JOB, "Name": "Nightly load" }])),
        path if path.ends_with("/status") => json(json!([{ "JobId": JOB, "Status": 2 }])),
        path if path.contains("/logs") => json(json!([{
            "Id": RUN, "JobId": JOB, "TriggerId": RUN, "State": 1, "CreateTime": "2026-03-14T12:00:00Z",
            "JobExecutionLogs": lines,
        }])),
        path => console_file(path),
    }
}

/// Returns a line with a time in seconds after noon. `id` must be unique.
fn line(id: usize, second: usize, message: &str) -> Value {
    let (minute, second) = (second / 60, second % 60);
    json!({
        "Id": format!("{id:08x}-5d47-4a9b-8e60-1c9f2a7d4b35"), "Message": message, "Severity": 0,
        "TimeStamp": format!("2026-03-14T12:{minute:02}:{second:02}Z"),
    })
}

/// Returns lines with these messages, a second apart.
fn messages<'a>(messages: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    messages.into_iter().enumerate().map(|(at, message)| line(at, at, message)).collect()
}

/// Returns the distance of the row with this text from the top of the page.
async fn top_of(browser: &Browser, text: &str) -> f64 {
    wait_for_line(browser, text).await.rect().await.unwrap().y
}

async fn wait_for_address(browser: &Browser, end: &str) {
    let script = format!(
        "while (!location.hash.endsWith('{end}')) await new Promise((done) => requestAnimationFrame(done))"
    );
    browser.execute::<()>(&script).await;
    assert!(address(browser).await.ends_with(end));
}

async fn search(browser: &Browser, text: &str) {
    let field = browser.wait_for(By::Css("[aria-label='Search log']")).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Stores what the page copies in `window.copied`.
async fn record_copied(browser: &Browser) {
    let script = "navigator.clipboard.writeText = async (text) => { window.copied = text }";
    browser.execute::<()>(script).await;
}

/// Waits for the text that the page copies.
async fn copied(browser: &Browser) -> String {
    let script =
        "while (window.copied === undefined) await new Promise((done) => requestAnimationFrame(done));
        const text = window.copied; delete window.copied; return text";
    browser.execute(script).await
}

#[tokio::test]
async fn late_lines_are_sorted_into_place_while_the_reader_stays() {
    let at_second = |n: usize| line(n, 2 * n, &format!("Line {n}."));
    let server = LogServer::start((0..300).map(at_second).collect());
    let browser = server.open().await;
    wait_for_line(&browser, "Line 299.").await;
    browser.execute::<()>("document.querySelector('.log').scrollTop = 2007").await;
    wait_for_line(&browser, "Line 110.").await.click().await.unwrap();
    wait_for_address(&browser, "?line=111").await;
    let log = browser.wait_for(By::Css("[role=log]")).await;
    log.send_keys(Key::Shift + Key::Down).await.unwrap();
    wait_for_address(&browser, "?line=111-112").await;
    search(&browser, "Line 111.").await;
    browser.wait_for_text("*[@role='status']", "1 of 1").await;
    log.send_keys(Key::Shift + Key::Down).await.unwrap();
    wait_for_address(&browser, "?line=112-113").await;
    let top = top_of(&browser, "Line 112.").await;

    let late = (0..20).map(|n| line(1000 + n, 21, &format!("Late {n}."))).collect();
    server.insert(300, late);
    browser.wait_for_text("button", "All 320").await;
    wait_for_address(&browser, "?line=132-133").await;
    assert!((top_of(&browser, "Line 112.").await - top).abs() < 1.5, "the current line stays at its place");
    let selected: Vec<String> = browser
        .execute("return [...document.querySelectorAll('.log .selected bdi')].map((e) => e.textContent)")
        .await;
    assert_eq!(selected, ["Line 111.", "Line 112."]);
    browser.wait_for(By::Css("[data-line='131']:has(mark)")).await;
    let new_lines = browser.page.find_all(By::Css(".new-lines")).await.unwrap();
    assert!(new_lines.is_empty(), "no line was added at the end");

    browser.execute::<()>("document.querySelector('.log').scrollTop = 0").await;
    wait_for_line(&browser, "Late 0.").await;
    let shown = lines(&browser).await;
    assert_eq!(shown[9..13], ["Line 9.", "Line 10.", "Late 0.", "Late 1."]);
    wait_for_line(&browser, "Late 19.").await;
}

#[tokio::test]
async fn all_ways_of_copying_make_invisible_characters_visible() {
    let server = LogServer::start(messages(["first", HOSTILE, "last"]));
    let browser = server.open().await;
    record_copied(&browser).await;
    let row = wait_for_line(&browser, "start").await;
    row.click().await.unwrap();
    assert_eq!(browser.wait_for(By::Css(".log-detail pre")).await.text().await.unwrap(), HOSTILE_SHOWN);
    browser.wait_for(By::Css(".log-detail .button")).await.click().await.unwrap();
    assert_eq!(copied(&browser).await, HOSTILE_SHOWN);

    let as_text = format!("2026-03-14T12:00:01Z  information  {HOSTILE_SHOWN}\n");
    browser.wait_for(By::Css("[role=log]")).await.send_keys(Key::Control + "c").await.unwrap();
    assert_eq!(copied(&browser).await, as_text);
    browser.wait_for(By::Css("summary[aria-label='Copy or download lines']")).await.click().await.unwrap();
    browser.click_button("All: copy").await;
    assert!(copied(&browser).await.contains(&as_text));
}

#[tokio::test]
async fn search_folds_case_and_accents_and_ignores_colors() {
    let server = LogServer::start(messages([
        "\u{1b}[31mERROR\u{1b}[0m: no such table",
        "Weiter nach İSTANBUL",
        "eine große Straße",
        "Cafe\u{301} geöffnet",
        "10 %\r20 %\r30 %",
    ]));
    let browser = server.open().await;
    for (text, marked) in [
        ("ERROR: no such", "ERROR␛[0m: no such"),
        ("istanbul", "İSTANBUL"),
        ("STRASSE", "Straße"),
        ("café", "Cafe\u{301}"),
        ("20 %", "20 %"),
    ] {
        search(&browser, text).await;
        let mark = format!("//*[contains(@class, 'current')]//mark[.='{marked}']");
        browser.wait_for(By::XPath(mark)).await;
        browser.wait_for_text("*[@role='status']", "1 of 1").await;
    }
    assert_eq!(lines(&browser).await[4], "10 %␍20 %␍30 %", "the states of a progress are apart");
}

#[tokio::test]
async fn search_brings_a_match_far_to_the_right_into_view() {
    let (wide, long) = ("x".repeat(1_500) + "needle", "y".repeat(30_000) + "farther");
    let mut texts = vec!["short"; 400];
    (texts[100], texts[300]) = (&wide, &long);
    let server = LogServer::start(messages(texts));
    let browser = server.open().await;
    let is_inside =
        "const [outer, mark] = arguments[0].map((s) => document.querySelector(s)?.getBoundingClientRect());
        return !!mark && mark.left >= outer.left && mark.right <= outer.right && mark.top >= outer.top
            && mark.bottom <= Math.min(outer.bottom, innerHeight)";
    let wait_until_inside = async |outer: &str, mark: &str| {
        let check = is_inside.replace("arguments[0]", &format!("['{outer}', '{mark}']"));
        let script = format!(
            "for (let frame = 0; frame < 600; frame++) {{
                if ((() => {{ {check} }})()) return true;
                await new Promise((done) => requestAnimationFrame(done));
            }}
            return false"
        );
        assert!(browser.execute::<bool>(&script).await, "{mark} is not visible in {outer}");
    };
    search(&browser, "needle").await;
    wait_until_inside(".log", ".log .current mark").await;
    search(&browser, "farther").await;
    wait_until_inside(".log-detail", ".log-detail mark").await;
    // The next row is shown from its beginning.
    search(&browser, "short").await;
    wait_until_inside(".log", ".log .current mark").await;
    // A wrapped row can be higher than the screen.
    browser.set_appearance(320, 1200, "light").await;
    browser.click_button("Wrap lines").await;
    browser.wait_for(By::Css(".log.wrapped")).await;
    search(&browser, "needle").await;
    wait_until_inside(".log", ".log .current mark").await;
}

#[tokio::test]
async fn rows_copied_by_drag_have_one_line_each() {
    let server = LogServer::start(messages(["first", "second\nwith two lines", "third", "fourth"]));
    let browser = server.open().await;
    let message = async |text: &str| {
        let row = wait_for_line(&browser, text).await;
        row.find(By::Css(".message")).await.unwrap()
    };
    let (from, to) = (message("first").await, message("third").await);
    browser.page.action_chain().drag_and_drop_element(&from, &to).perform().await.unwrap();
    let copy = "const data = new DataTransfer();
        const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
        getSelection().anchorNode.parentElement.dispatchEvent(event);
        return event.defaultPrevented ? data.getData('text/plain') : getSelection().toString()";
    let text: String = browser.execute(copy).await;
    assert_eq!(
        text,
        "2026-03-14T12:00:00Z  information  first\n\
         2026-03-14T12:00:01Z  information  second↵with two lines\n\
         2026-03-14T12:00:02Z  information  third\n"
    );
}

#[tokio::test]
async fn first_line_of_another_day_shows_the_day() {
    let mut all = messages(["first", "second", "third", "fourth"]);
    all[1]["TimeStamp"] = "2026-03-15T12:00:00Z".into();
    all[2]["TimeStamp"] = "2026-03-15T13:00:00Z".into();
    all[3]["TimeStamp"] = "2026-03-16T12:00:00Z".into();
    let server = LogServer::start(all);
    let browser = server.open().await;
    wait_for_line(&browser, "fourth").await;
    let days: Vec<String> = browser
        .execute(
            "return [...document.querySelectorAll('.log [data-line]')]
                .map((row) => row.querySelector('.day')?.textContent ?? '')",
        )
        .await;
    assert_eq!(days, ["", "Sun 15 Mar", "", "Mon 16 Mar"]);
    browser.check_appearances("log-days").await;
}
