//! Tests the log of a run in a real browser with a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_sdk::Timestamp;
use txjobs_test_support::{
    JournalEntry, TestServer,
    browser::Browser,
    console::{address, connect, console_emulator, lines, open_connected, wait_for_line},
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Finance deliver"
[organization.job.script]
state = "failed"
lines = [
  { message = "Reading batch {n}", repeat = 1000 },
  { severity = "warning", message = "=1+1 is no formula, \"quoted\", and a rather long line that goes on beyond the right edge of any screen: it reads table after table of the warehouse, one beside the other, until nobody remembers where it began" },
  { severity = "error", message = "Invalid object name 'stg.Invoice'." },
  { message = "Cleaning up {n}", repeat = 3000 },
  { severity = "error", message = "Finished with errors" },
]

[[organization.job]]
name = "Slow"
[organization.job.script]
state = "completed"
lines = [{ message = "Step {n}", repeat = 100 }, { after = "2s", message = "Late {n}", repeat = 3 }, { after = "2s", message = "Done" }]

[[organization.job]]
name = "Endless"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]
"#;

/// Starts a job, waits for the state of its run, and opens the run by its link.
async fn open_ended_run(gateway: &TestServer, job: &str, state: &str) -> Browser {
    let browser = open_connected(gateway).await;
    browser.click_button(&format!("Run {job}")).await;
    browser.click_button("Run").await;
    browser.wait_for(By::Css(format!("[data-state='{state}']"))).await;
    reopen(gateway, &browser).await;
    browser
}

async fn reopen(gateway: &TestServer, browser: &Browser) {
    browser.page.refresh().await.unwrap();
    connect(browser, gateway.key()).await;
    browser.wait_for(By::Css("[role=log] [data-line]")).await;
}

/// Waits until a line is the current one. Lines count from 1.
async fn wait_for_current(browser: &Browser, line: usize) -> WebElement {
    browser.wait_for(By::Css(format!("[role=log] .current[data-line='{}']", line - 1))).await
}

async fn keys(browser: &Browser, keys: impl Into<TypingData>) {
    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys(keys).await.unwrap();
}

async fn address_ends(browser: &Browser, end: &str) {
    for _ in 0..100 {
        if address(browser).await.ends_with(end) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} does not end with {end}", address(browser).await);
}

#[tokio::test]
async fn link_opens_the_selected_lines() {
    let gateway = console_emulator(JOBS);
    let browser = open_ended_run(&gateway, "Finance deliver", "3").await;
    wait_for_current(&browser, 1002).await;
    assert!(!address(&browser).await.contains("line="), "automatic navigation does not change the address");

    keys(&browser, "n").await;
    wait_for_current(&browser, 4003).await;
    address_ends(&browser, "?line=4003").await;
    keys(&browser, Key::Up).await;
    keys(&browser, Key::Shift + Key::Up).await;
    keys(&browser, Key::Shift + Key::Up).await;
    address_ends(&browser, "?line=4000-4002").await;
    browser.wait_for_text("h2", "Lines 4,000 to 4,002").await;
    browser.check_appearances("lines-chosen").await;

    reopen(&gateway, &browser).await;
    wait_for_current(&browser, 4002).await;
    browser.wait_for_text("h2", "Lines 4,000 to 4,002").await;
    let selected = browser.page.find_all(By::Css("[role=log] .selected")).await.unwrap();
    assert_eq!(selected.len(), 3);
    let new_lines = browser.page.find_all(By::XPath("//button[contains(., 'new line')]")).await.unwrap();
    assert!(new_lines.is_empty(), "no lines have arrived since the page was opened");
    keys(&browser, Key::Escape).await;
    address_ends(&browser, "?line=4002").await;

    // Select with the mouse: a click, and a click with Shift.
    wait_for_line(&browser, "Cleaning up 2995").await.click().await.unwrap();
    browser.wait_for_text("section//h2", "Line 3,997").await;
    browser.check_appearances("line-open").await;
    let other = wait_for_line(&browser, "Cleaning up 2999").await;
    let shift = browser.page.action_chain().key_down(Key::Shift).click_element(&other).key_up(Key::Shift);
    shift.perform().await.unwrap();
    address_ends(&browser, "?line=3997-4001").await;
}

#[tokio::test]
async fn wrapped_lines_show_their_full_text_without_overlap() {
    let gateway = console_emulator(JOBS);
    let browser = open_ended_run(&gateway, "Finance deliver", "3").await;
    wait_for_current(&browser, 1002).await;
    keys(&browser, "w").await;
    browser.wait_for(By::Css(".log.wrapped .current[data-line='1001']")).await;
    let fits = "const [log, row] = ['.log', '[data-line=\"1000\"]'].map(s => document.querySelector(s));
        const next = document.querySelector('[data-line=\"1001\"]').getBoundingClientRect();
        const text = row.querySelector('bdi');
        return [log.scrollWidth <= log.clientWidth, text.scrollHeight <= text.clientHeight + 1,
            text.scrollWidth <= text.clientWidth + 1, Math.abs(next.top - row.getBoundingClientRect().bottom) < 1,
            row.clientHeight > 25]";
    for width in [1280, 700, 320] {
        browser.set_appearance(width, 800, "light").await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        let fits: Vec<bool> = browser.page.execute(fits, vec![]).await.unwrap().convert().unwrap();
        browser.save_screenshot(&format!("wrapped-{width}")).await;
        assert_eq!(&fits[..4], [true; 4], "at {width} px");
        assert!(fits[4] || width > 1000, "at {width} px the line is wrapped");
    }
    browser.check_appearances("wrapped").await;
    keys(&browser, Key::End).await;
    wait_for_line(&browser, "Finished with errors").await;
    keys(&browser, "w").await;
    browser.wait_for(By::Css(".log:not(.wrapped)")).await;
    wait_for_line(&browser, "Finished with errors").await;
}

/// Clicks a button and returns the content of the downloaded file.
///
/// Chromium reserves the final name with an empty file, writes into a temporary one and then renames it, so the
/// file with the final name is complete as soon as it is not empty.
async fn downloaded(browser: &Browser, button: &str, ending: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let settings = serde_json::json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.page.cdp().send_raw("Page.setDownloadBehavior", settings).await.unwrap();
    browser.click_button(button).await;
    for _ in 0..200 {
        let mut files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        if let Some(file) = files.find(|file| file.extension().is_some_and(|end| end == ending)) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(name.starts_with("log-"), "{name}");
            let content = std::fs::read_to_string(file).unwrap();
            if !content.is_empty() {
                return content;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no file was downloaded by {button}");
}

#[tokio::test]
async fn lines_are_downloaded_and_copied() {
    let gateway = console_emulator(JOBS);
    let browser = open_ended_run(&gateway, "Finance deliver", "3").await;
    wait_for_current(&browser, 1002).await;
    let menu = browser.wait_for(By::Css("summary[aria-label='Copy or download lines']")).await;
    menu.click().await.unwrap();
    let text = downloaded(&browser, "All: download as Text", "txt").await;
    assert_eq!(text.lines().count(), 4003);
    assert!(text.contains("error        Invalid object name 'stg.Invoice'.\n"), "{text}");
    let json = downloaded(&browser, "All: download as JSON", "json").await;
    let lines: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!((lines.len(), &lines[1001]["severity"]), (4003, &"error".into()));
    keys(&browser, Key::Escape).await;

    // Only the shown lines, with formulas escaped.
    browser.wait_for(By::Css("[aria-label='1 warnings']")).await.click().await.unwrap();
    menu.click().await.unwrap();
    let csv = downloaded(&browser, "Shown: download as CSV", "csv").await;
    let rows: Vec<_> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert!(
        rows[1].starts_with("1001,20") && rows[1].contains(",warning,\"'=1+1 is no formula, \"\"quoted\"\"")
    );
    browser.check_appearances("export").await;
    // Escape closes the menu and returns the focus.
    browser.click_button("Shown: copy").await;
    browser.wait_for_text("*[@role='status']", "Copied.").await;
    let focused = browser.page.active_element().await.unwrap();
    focused.send_keys(Key::Escape).await.unwrap();
    browser.wait_for(By::Css("details.menu:not([open])")).await;
    let focused = browser.page.active_element().await.unwrap();
    assert_eq!(focused.tag_name().await.unwrap(), "summary");
}

#[tokio::test]
async fn search_counts_all_lines_and_keys_navigate_matches() {
    let gateway = console_emulator(JOBS);
    let browser = open_ended_run(&gateway, "Finance deliver", "3").await;
    wait_for_current(&browser, 1002).await;
    keys(&browser, "/").await;
    let field = browser.page.active_element().await.unwrap();
    field.send_keys("CLEANING UP 299").await.unwrap();
    browser.wait_for_text("*[@role='status']", "1 of 11").await;
    field.send_keys(Key::Enter + Key::Down).await.unwrap();
    browser.wait_for_text("*[@role='status']", "3 of 11").await;
    wait_for_current(&browser, 3993).await;
    browser.wait_for(By::Css(".current mark")).await;
    field.send_keys(Key::Escape).await.unwrap();
    browser.wait_for(By::Css("[role=log] .current:not(:has(mark))")).await;
}

#[tokio::test]
async fn running_log_stays_at_the_end_until_scrolled_up() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    browser.click_button("Run Slow").await;
    browser.click_button("Run").await;
    wait_for_line(&browser, "Step 100").await;
    browser.page.execute("document.querySelector('.log').scrollTop = 0", vec![]).await.unwrap();
    wait_for_line(&browser, "Step 1").await;
    let new_lines = browser.wait_for(By::XPath("//button[contains(., 'new line')]")).await;
    browser.save_screenshot("new-lines").await;
    assert!(
        !lines(&browser).await.iter().any(|line| line.starts_with("Late")),
        "the scroll position is kept"
    );
    new_lines.click().await.unwrap();
    wait_for_line(&browser, "Late").await;
    // The log is at the end again and stays there.
    wait_for_line(&browser, "Done").await;
}

#[tokio::test]
async fn server_without_extensions_is_polled_less_often() {
    let gateway = console_emulator(JOBS);
    let admin = gateway.admin();
    admin.set_behavior(json!({ "extensions": false })).await;
    let browser = open_connected(&gateway).await;
    let slow =
        json!({ "operation": "get_job_logs_by_trigger", "effect": { "kind": "delay", "delay": "2s" } });
    admin.add_fault(slow).await;
    browser.click_button("Run Endless").await;
    browser.click_button("Run").await;
    // The first response has no execution yet.
    let requests = admin.wait_for_journal("operation=get_job_logs_by_trigger", 4).await;
    let at = |entry: &JournalEntry| entry.time.parse::<Timestamp>().unwrap().unix_millis();
    let (first, second) = (at(&requests[2]), at(&requests[3]));
    assert!(second - first >= 10_000, "four times as long as the 2 s that its response took: {requests:#?}");
}

#[tokio::test]
async fn print_has_the_shown_lines_up_to_a_maximum() {
    let gateway = console_emulator(JOBS);
    let browser = open_ended_run(&gateway, "Finance deliver", "3").await;
    wait_for_current(&browser, 1002).await;
    let printed = "window.dispatchEvent(new Event('beforeprint'));
        const text = document.querySelector('.print-log').textContent;
        window.dispatchEvent(new Event('afterprint'));
        return [text, document.querySelector('.print-log').textContent]";
    let printed =
        async || -> Vec<String> { browser.page.execute(printed, vec![]).await.unwrap().convert().unwrap() };
    let text = printed().await;
    assert!(
        text[0].starts_with("The first 2,000 lines of 4,003, from a log of 4,003 lines."),
        "{}",
        &text[0][..200]
    );
    assert!(
        text[0].contains("Cleaning up 998") && !text[0].contains("Cleaning up 999"),
        "two thousand lines"
    );
    assert_eq!(text[1], "");
    browser.wait_for(By::Css("[aria-label='2 errors']")).await.click().await.unwrap();
    let text = printed().await;
    assert!(
        text[0].starts_with("2 lines with the selected severities, from a log of 4,003 lines."),
        "{}",
        text[0]
    );
    let pdf = browser.page.cdp().send_raw("Page.printToPDF", serde_json::json!({})).await.unwrap();
    assert!(pdf["data"].as_str().unwrap().len() > 1000);
}
