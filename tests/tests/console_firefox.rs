//! Tests the console in Firefox: a run, its log, remembered keys, keyboard and screen readers. The other tests of the
//! console use Chromium.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use thirtyfour::prelude::*;
use txjobs_test_support::{
    browser::Browser,
    console::{address, connect, console_emulator, lines, open_connected_in_firefox, wait_for_line},
    tab_order::check_tab_order,
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Nightly warehouse load"
[organization.job.script]
state = "completed with warnings"
lines = [
  { message = "Reading table {n} of 30", repeat = 30 },
  { after = "2s", severity = "warning", message = "12 rows without currency" },
  { message = "Done" },
]

[[organization.job]]
name = "Finance deliver"
[organization.job.script]
state = "failed"
lines = [
  { message = "Reading batch {n}", repeat = 1000 },
  { severity = "error", message = "Invalid object name 'stg.Invoice'." },
  { message = "Cleaning up {n}", repeat = 1000 },
  { severity = "error", message = "Finished with errors" },
]
"#;

const PASSPHRASE: &str = "four words of mine";

#[tokio::test]
async fn firefox_run_is_started_and_followed_to_its_end() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start_firefox().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    browser.check_accessibility("connect").await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.click_button("Test connection").await;
    browser.wait_for_text("*[@role='status']", "Connection works: 2 jobs.").await;
    browser.click_button("Connect").await;

    browser.wait_for_text("a", "Nightly warehouse load").await;
    browser.check_accessibility("jobs").await;
    browser.click_button("Run Nightly warehouse load").await;
    browser.wait_for_text("h2", "Nightly warehouse load").await;
    browser.check_accessibility("question").await;
    browser.click_button("Run").await;

    browser.wait_for_text("h1", "Nightly warehouse load").await;
    wait_for_line(&browser, "Reading table 30 of 30").await;
    assert!(!lines(&browser).await.iter().any(|line| line == "Done"), "lines arrive while the run continues");
    browser.wait_for_text("*[@data-state='5']", "completed with warnings").await;
    wait_for_line(&browser, "Done").await;
    browser.check_accessibility("run").await;

    browser.wait_for_text("nav//a", "Nightly warehouse load").await.click().await.unwrap();
    browser.wait_for(By::Css("table[aria-label=Runs] [data-state='5']")).await;
    browser.check_accessibility("job").await;
}

#[tokio::test]
async fn firefox_log_opens_at_its_first_error_and_is_searched() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected_in_firefox(&gateway).await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("*[@data-state='3']", "failed").await;
    // Open the run by its link.
    let link = address(&browser).await;
    browser.page.refresh().await.unwrap();
    connect(&browser, gateway.key()).await;
    let error = wait_for_line(&browser, "Invalid object name").await;
    assert!(error.class_name().await.unwrap().unwrap_or_default().contains("current"));
    assert!(lines(&browser).await.len() < 200, "only the visible lines are rendered");
    assert!(address(&browser).await.starts_with(&link), "the same screen");

    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys("n").await.unwrap();
    let next = browser.wait_for(By::Css("[role=log] .current[data-line='2001']")).await;
    assert!(next.text().await.unwrap().contains("Finished with errors"));

    browser.press_keys("/").await;
    browser.press_keys("Cleaning up 7").await;
    // 7, 70 to 79, and 700 to 799.
    browser.wait_for_text("*[contains(@class, 'match-count')]", "of 111").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for(By::XPath("//*[contains(@class, 'current')][contains(., 'Cleaning up 7')]")).await;
    browser.check_accessibility("search").await;
}

#[tokio::test]
async fn firefox_remembered_key_is_unlocked_with_its_passphrase() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start_firefox().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.field("Remember on this device").await.click().await.unwrap();
    browser.field("New passphrase").await.send_keys(PASSPHRASE).await.unwrap();
    browser.check_accessibility("remember").await;
    browser.click_button("Connect").await;
    browser.wait_for_text("a", "Finance deliver").await;

    browser.page.refresh().await.unwrap();
    let passphrase = browser.field("Passphrase of this device").await;
    passphrase.send_keys("not the one at all").await.unwrap();
    browser.click_button("Unlock and connect").await;
    browser.wait_for_text("span", "Wrong passphrase.").await;
    browser.check_accessibility("unlock").await;
    let passphrase = browser.field("Passphrase of this device").await;
    passphrase.clear().await.unwrap();
    passphrase.send_keys(PASSPHRASE).await.unwrap();
    browser.click_button("Unlock and connect").await;
    browser.wait_for_text("a", "Finance deliver").await;
    let stored =
        "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])";
    assert!(!browser.execute::<String>(stored).await.contains(gateway.key()));
}

#[tokio::test]
async fn firefox_tab_reaches_every_control_with_visible_focus() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected_in_firefox(&gateway).await;
    browser.wait_for_text("a", "Finance deliver").await;
    check_tab_order(&browser, "jobs").await;
    browser.click_button("Run Finance deliver").await;
    browser.wait_for(By::Css("dialog[open]")).await;
    check_tab_order(&browser, "question").await;
    browser.press_keys(Key::Escape).await;
    browser.press_ctrl('k').await;
    browser.wait_for(By::Css("dialog[open] input")).await;
    browser.press_keys("Finance").await;
    browser.press_keys(Key::Enter).await;
    browser.wait_for_text("h1", "Finance deliver").await;
    check_tab_order(&browser, "job").await;
    browser.press_keys("?").await;
    browser.wait_for_text("h2", "Keyboard shortcuts").await;
    browser.press_keys(Key::Escape).await;
    for (screen, heading) in [("api", "API"), ("settings", "Settings")] {
        browser.page.goto(format!("{}/#/{screen}", gateway.address())).await.unwrap();
        browser.wait_for_text("h1", heading).await;
        check_tab_order(&browser, screen).await;
        browser.check_accessibility(screen).await;
    }
}
