//! Tests in a real browser how jobs are started: each POST is sent once, and no result is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    AdminApi, TestServer,
    browser::Browser,
    console::{console_emulator, open_connected},
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Alpha"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]

[[organization.job]]
name = "Beta"
[organization.job.script]
state = "completed"
lines = [{ message = "Done" }]

[[organization.job]]
name = "Gamma"
[organization.job.script]
state = "completed"
lines = [{ message = "Done" }]
"#;

const NAMES: [&str; 3] = ["Alpha", "Beta", "Gamma"];

/// The element under the pointer after a click in the middle of the button that was marked.
const IS_SAME_BUTTON_UNDER_POINTER: &str = "
    const under = document.elementFromPoint(window.pressed.x, window.pressed.y);
    return under !== null && window.pressed.button.contains(under) && window.pressed.button.isConnected";

/// Opens the question about all jobs, and delays the response to each start.
async fn open_question(server: &TestServer, delay: &str) -> (Browser, AdminApi) {
    let admin = server.admin();
    let effect = json!({ "kind": "delay", "delay": delay });
    admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
    let browser = open_connected(server).await;
    select_all(&browser, server).await;
    browser.click_button("Run selected (3)").await;
    (browser, admin)
}

async fn select_all(browser: &Browser, server: &TestServer) {
    for name in NAMES {
        let css = format!("[data-job='{}'] [type=checkbox]", server.job(name).await);
        browser.wait_for(By::Css(css)).await.click().await.unwrap();
    }
}

/// Remembers a submit button and the position of its middle.
async fn mark_button(browser: &Browser) -> WebElement {
    let button = browser.wait_for(By::Css("dialog[open] button[type=submit]")).await;
    let script = "
        const button = document.querySelector('dialog[open] button[type=submit]');
        const { x, y, width, height } = button.getBoundingClientRect();
        window.pressed = { button, x: x + width / 2, y: y + height / 2 }";
    browser.execute::<()>(script).await;
    button
}

async fn double_click(browser: &Browser, button: &WebElement) {
    browser.page.action_chain().double_click_element(button).perform().await.unwrap();
}

/// Returns the paths of all start requests.
async fn starts(admin: &AdminApi) -> Vec<String> {
    admin.journal("operation=execute_job").await.into_iter().map(|entry| entry.path).collect()
}

/// Checks that each job was started once.
async fn check_starts(admin: &AdminApi, server: &TestServer) {
    let mut paths = starts(admin).await;
    paths.sort_unstable();
    let mut expected = Vec::new();
    for name in NAMES {
        expected.push(format!("/public/jobs/{}/execute", server.job(name).await));
    }
    expected.sort_unstable();
    assert_eq!(paths, expected);
}

#[tokio::test]
async fn double_click_on_run_selected_starts_each_job_once() {
    let server = console_emulator(JOBS);
    let (browser, admin) = open_question(&server, "300ms").await;
    let button = mark_button(&browser).await;
    double_click(&browser, &button).await;
    admin.wait_for_journal("operation=execute_job", 3).await;
    browser.wait_for_text("dialog[@open]//p", "3 of 3 jobs started.").await;
    let is_same: bool = browser.execute(IS_SAME_BUTTON_UNDER_POINTER).await;
    assert!(is_same, "another element is under the pointer after the results arrived");
    double_click(&browser, &button).await;
    browser.check_appearances("starts-done").await;
    check_starts(&admin, &server).await;
}

#[tokio::test]
async fn starts_continue_after_their_dialog_is_closed() {
    let server = console_emulator(JOBS);
    let (browser, admin) = open_question(&server, "500ms").await;
    browser.click_button("Run 3 jobs").await;
    browser.click_button("Close").await;
    admin.wait_for_journal("operation=execute_job", 3).await;
    browser.wait_for_text("*[@role='status']//p", "3 of 3 jobs started.").await;
    browser.check_appearances("starts-notice").await;
    check_starts(&admin, &server).await;
    browser.click_button("Dismiss").await;
    browser.wait_for(By::XPath("//*[@role='status'][not(.//p)]")).await;
}

#[tokio::test]
async fn disconnecting_during_starts_tells_how_many_were_not_sent() {
    let server = console_emulator(JOBS);
    let (browser, admin) = open_question(&server, "3s").await;
    browser.click_button("Run 3 jobs").await;
    admin.wait_for_journal("operation=execute_job", 1).await;
    browser.click_button("Close").await;
    browser.page.goto(format!("{}/#/settings", server.address())).await.unwrap();
    browser.click_button("Disconnect and forget key").await;
    browser.wait_for_text("*[@role='status']//p", "1 of 3 jobs started. 2 not sent.").await;
    assert_eq!(starts(&admin).await.len(), 1);
}

#[tokio::test]
async fn busy_job_does_not_stop_the_starts_of_others() {
    let server = console_emulator(JOBS);
    let admin = server.admin();
    for busy in ["badRequest", "conflict"] {
        admin.reset().await;
        admin.set_behavior(json!({ "busy": busy })).await;
        server.execute("Alpha").await;
        admin.clear_journal().await;
        let browser = open_connected(&server).await;
        select_all(&browser, &server).await;
        browser.click_button("Run selected (3)").await;
        browser.click_button("Run 3 jobs").await;
        for name in ["Beta", "Gamma"] {
            browser.wait_for_text(&format!("dialog[@open]//li[bdi='{name}']//span"), "started").await;
        }
        browser.wait_for_text("dialog[@open]//p", "2 of 3 jobs started.").await;
        check_starts(&admin, &server).await;
    }
}

#[tokio::test]
async fn refused_key_stops_the_starts_and_keeps_the_selection() {
    let server = console_emulator(JOBS);
    let admin = server.admin();
    let browser = open_connected(&server).await;
    select_all(&browser, &server).await;
    let effect = json!({ "kind": "status", "status": 401 });
    admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
    browser.click_button("Run selected (3)").await;
    browser.click_button("Run 3 jobs").await;
    browser.wait_for_text("dialog[@open]//p", "0 of 3 jobs started. 2 not sent.").await;
    assert_eq!(starts(&admin).await.len(), 1);
    browser.click_button("Close").await;
    browser.wait_for_text("button", "Run selected (3)").await;
}

#[tokio::test]
async fn failed_start_leaves_its_buttons_in_place() {
    let server = console_emulator(JOBS);
    let admin = server.admin();
    let browser = open_connected(&server).await;
    let effect = json!({ "kind": "status", "status": 500 });
    admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
    browser.click_button("Run Beta").await;
    let button = mark_button(&browser).await;
    double_click(&browser, &button).await;
    browser.wait_for(By::Css("dialog[open] [data-error=server_error]")).await;
    let is_same: bool = browser.execute(IS_SAME_BUTTON_UNDER_POINTER).await;
    assert!(is_same, "another element is under the pointer after the error arrived");
    double_click(&browser, &button).await;
    browser.check_appearances("start-failed").await;
    assert_eq!(starts(&admin).await.len(), 1);
}

#[tokio::test]
async fn start_is_reported_after_its_dialog_is_closed() {
    let server = console_emulator(JOBS);
    let admin = server.admin();
    let effect = json!({ "kind": "delay", "delay": "1s" });
    admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
    let browser = open_connected(&server).await;
    browser.click_button("Run Beta").await;
    browser.click_button("Run").await;
    browser.press_keys(Key::Escape).await;
    browser.wait_for_text("*[@role='status']//p", "The job was started.").await;
    browser.wait_for_text("*[@role='status']//li", "Beta").await;
    browser.wait_for_text("h1", "Jobs").await;
    assert_eq!(starts(&admin).await.len(), 1);
}
