//! Tests the main flows of the console in a real browser with a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeServer, ServerFolder,
    browser::Browser,
    console::{address, connect, console_emulator, lines, open_connected, serve_console, wait_for_line},
    odd_responses::odd_response,
    static_host::StaticHost,
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Nightly warehouse load"
command = ["sh", "-c", "for n in $(seq 30); do echo Reading table $n of 30; sleep 0.1; done; echo 12 rows without currency >&2; echo Done"]

[[organization.job]]
name = "Finance deliver"
[organization.job.script]
state = "failed"
lines = [
  { message = "Reading batch {n}", repeat = 400 },
  { severity = "error", message = "Invalid object name 'stg.Invoice'." },
  { message = "Cleaning up {n}", repeat = 300 },
  { severity = "error", message = "Finished with errors" },
]

[[organization.job]]
name = "Endless"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]

[[organization.job]]
name = "<img src=x onerror=alert(1)> \u202Etxt.exe"
[organization.job.script]
state = "completed"
lines = [{ message = "<b>bold</b> \u001B[31mred" }]
"#;

#[tokio::test]
async fn run_is_started_followed_and_reopened_by_its_link() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    browser.check_appearances("connect").await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.click_button("Test connection").await;
    browser.wait_for_text("*[@role='status']", "Connection works: 4 jobs.").await;
    browser.click_button("Connect").await;

    browser.wait_for_text("h1", "Jobs").await;
    browser.wait_for_text("a", "Nightly warehouse load").await;
    browser.click_button("Run Nightly warehouse load").await;
    browser.wait_for_text("h2", "Nightly warehouse load").await;
    browser.check_appearances("question").await;
    browser.click_button("Run").await;

    browser.wait_for_text("h1", "Nightly warehouse load").await;
    wait_for_line(&browser, "Reading table 1 of 30").await;
    browser.wait_for_text("*[@data-state='1']", "running").await;
    assert!(!lines(&browser).await.iter().any(|line| line == "Done"), "lines arrive while the run continues");
    browser.check_appearances("running").await;
    browser.wait_for_text("*[@data-state='5']", "completed with warnings").await;
    wait_for_line(&browser, "12 rows without currency").await;
    wait_for_line(&browser, "Done").await;
    browser.check_appearances("completed").await;

    let link = address(&browser).await;
    assert!(!link.contains(gateway.key()));
    browser.page.refresh().await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    connect(&browser, gateway.key()).await;
    browser.wait_for_text("h1", "Nightly warehouse load").await;
    wait_for_line(&browser, "12 rows without currency").await;
    assert_eq!(address(&browser).await, link, "the same screen");

    browser.wait_for_text("nav//a", "Nightly warehouse load").await.click().await.unwrap();
    browser.wait_for(By::Css("table[aria-label=Runs] [data-state='5']")).await;
    browser.check_appearances("history").await;
    browser.wait_for_text("nav//a", "Jobs").await.click().await.unwrap();
    browser.wait_for(By::Css("table[aria-label=Jobs]")).await;
    browser.check_appearances("jobs").await;
}

#[tokio::test]
async fn failed_run_opens_at_its_first_error() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("*[@data-state='3']", "failed").await;
    // Open the run by its link.
    browser.page.refresh().await.unwrap();
    connect(&browser, gateway.key()).await;
    let error = wait_for_line(&browser, "Invalid object name").await;
    assert!(error.is_displayed().await.unwrap());
    assert!(error.class_name().await.unwrap().unwrap_or_default().contains("current"));
    assert!(lines(&browser).await.len() < 200, "only the visible lines are rendered");
    browser.check_appearances("failed").await;

    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys("n").await.unwrap();
    let next = browser.wait_for(By::Css("[role=log] .current[data-line='701']")).await;
    assert!(next.text().await.unwrap().contains("Finished with errors"));
}

#[tokio::test]
async fn double_click_starts_one_run_and_a_conflict_is_shown() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    let client = gateway.client();
    let jobs = client.list_jobs().send().await.unwrap();
    let endless = jobs.iter().find(|job| job.name == "Endless").unwrap().id;

    browser.click_button("Run Endless").await;
    let run = browser.wait_for(By::XPath("//dialog[@open]//button[@type='submit']")).await;
    browser.page.action_chain().double_click_element(&run).perform().await.unwrap();
    wait_for_line(&browser, "Started").await;
    let runs = client.get_job_logs().job_id(endless).send().await.unwrap();
    assert_eq!(runs.len(), 1);

    browser.click_button("Cancel run").await;
    browser.wait_for(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
    browser.wait_for_text("*[@data-state='3']", "failed").await;

    // Another client starts the job while the dialog is open.
    browser.click_button("Run again").await;
    browser.wait_for_text("h2", "Endless").await;
    client.execute_job().job_id(endless).send().await.unwrap();
    browser.click_button("Run").await;
    browser.wait_for(By::Css("dialog [data-error=conflict]")).await;
    browser.check_appearances("conflict").await;
    browser.click_button("Close").await;
    let runs = client.get_job_logs().job_id(endless).send().await.unwrap();
    assert!(runs.len() <= 2, "a rejected request is not retried");
}

#[tokio::test]
async fn errors_are_shown_where_they_occur() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    connect(&browser, "wrong-key").await;
    browser.wait_for(By::Css("[data-error=key_refused]")).await;
    browser.check_appearances("key-refused").await;

    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys("127.0.0.1:1").await.unwrap();
    browser.click_button("Test connection").await;
    browser.wait_for(By::Css("[data-error=blocked_by_browser]")).await;
    browser.check_appearances("unreachable").await;

    domain.clear().await.unwrap();
    domain.send_keys(format!("{}/elsewhere", gateway.address())).await.unwrap();
    browser.click_button("Test connection").await;
    browser.wait_for(By::Css("[data-error=not_this_api]")).await;

    // Loaded data stays on the screen when the server becomes unreachable.
    domain.clear().await.unwrap();
    domain.send_keys(gateway.address()).await.unwrap();
    let key = browser.field("API key").await;
    key.clear().await.unwrap();
    connect(&browser, gateway.key()).await;
    browser.wait_for_text("a", "Endless").await;
    let missing = format!("{}/#/jobs/00000000-0000-0000-0000-0000000000aa", gateway.address());
    browser.page.goto(&missing).await.unwrap();
    browser.wait_for(By::Css("[data-error=not_found]")).await;
    browser.check_appearances("not-found").await;
    browser.page.goto(format!("{}/#/", gateway.address())).await.unwrap();
    browser.wait_for_text("a", "Endless").await;
    drop(gateway);
    browser.click_button("Refresh").await;
    browser.wait_for(By::Css("[data-error=blocked_by_browser]")).await;
    browser.wait_for_text("a", "Endless").await;
    browser.check_appearances("gone").await;
}

#[tokio::test]
async fn each_error_response_has_its_own_text() {
    let gateway = console_emulator(JOBS);
    let server = FakeServer::start(|_, request| odd_response(request));
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.field("API key").await.send_keys("any-key").await.unwrap();
    for (path, kind, words) in [
        ("403", "key_refused", "The server refused the API key."),
        ("409", "conflict", "Check the job's status"),
        ("429", "too_many_requests", "Retry after 30 s."),
        ("418", "request_refused", "Because of the moon."),
        ("500", "server_error", "Response 500: Because of the moon."),
        ("503", "server_error", "Try again later"),
        ("page", "not_this_api", "Welcome"),
        ("half", "interrupted", "did not arrive completely."),
        ("elsewhere", "not_this_api", "Check the domain, and the path prefix"),
    ] {
        let domain = browser.field("Domain").await;
        domain.clear().await.unwrap();
        domain.send_keys(format!("{}/{path}", server.address())).await.unwrap();
        browser.click_button("Test connection").await;
        let note = format!("//*[@data-error='{kind}'][contains(normalize-space(.), \"{words}\")]");
        browser.wait_for(By::XPath(note)).await;
        if matches!(path, "429" | "500" | "half") {
            browser.check_appearances(&format!("refused-{path}")).await;
        }
    }
}

#[tokio::test]
async fn external_text_is_escaped_and_the_key_is_not_stored() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    let link = browser.wait_for_text("a", "<img src=x onerror=alert(1)>").await;
    link.click().await.unwrap();
    browser.wait_for_text("h1", "<img src=x onerror=alert(1)>").await;
    browser.click_button("Run").await;
    browser.wait_for(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
    wait_for_line(&browser, "<b>bold</b> ␛[31mred").await;
    browser.check_appearances("hostile").await;

    let script = r"
        const stores = JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href]);
        const values = [...document.querySelectorAll('input')].map(input => input.value).join();
        return document.documentElement.outerHTML + stores + values";
    let state: String = browser.page.execute(script, vec![]).await.unwrap().convert().unwrap();
    assert!(state.contains("bold") && !state.contains(gateway.key()));
    let databases = "return indexedDB.databases().then(all => all.length)";
    let count: u64 = browser.page.execute(databases, vec![]).await.unwrap().convert().unwrap();
    assert_eq!(count, 0);
    for request in browser.request_urls().await {
        assert!(request.starts_with(gateway.address()), "a request to another server: {request}");
        assert!(!request.contains(gateway.key()));
    }
}

#[tokio::test]
async fn demo_opens_with_one_click() {
    let gateway = serve_console(&ServerFolder::emulator(JOBS), &["--demo"]);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.click_button("Open the demo").await;
    browser.wait_for_text("h1", "Jobs").await;
    browser.wait_for_text("a", "Finance deliver").await;
}

#[tokio::test]
async fn refresh_keeps_rows_and_dialog_elements() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    let button = browser.wait_for(By::Css("button[aria-label='Run Endless']")).await;
    let list = format!("{}/public/jobs", gateway.address());
    let list_requests =
        async || browser.request_urls().await.iter().filter(|request| **request == list).count();
    let count = list_requests().await;
    browser.click_button("Refresh").await;
    while list_requests().await == count {}
    // The row shows the new data and is the same element.
    browser.wait_for_text("*", "updated just now").await;
    button.click().await.unwrap();
    browser.wait_for_text("h2", "Endless").await;
    // The buttons of the dialog stay while the job list is loaded again.
    let run = browser.wait_for(By::XPath("//dialog[@open]//button[@type='submit']")).await;
    let count = list_requests().await;
    browser.page.execute("document.querySelector('[aria-label=Refresh]').click()", vec![]).await.unwrap();
    while list_requests().await == count {}
    browser.wait_for_text("*", "updated just now").await;
    run.click().await.unwrap();
    wait_for_line(&browser, "Started").await;
}

#[tokio::test]
async fn panic_shows_an_error_screen() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    let panic = "const error = new WebAssembly.RuntimeError('unreachable');
        window.dispatchEvent(new ErrorEvent('error', { error }))";
    browser.page.execute(panic, vec![]).await.unwrap();
    let heading = browser.wait_for_text("h1", "The console has stopped because of an internal error.").await;
    assert!(heading.is_displayed().await.unwrap());
    browser.check_appearances("fault").await;
    browser.click_button("Reload").await;
    browser.wait_for_text("h1", "Connect").await;
}

#[tokio::test]
async fn console_starts_if_the_host_does_not_respond_for_config() {
    let host = StaticHost::without_config_response();
    let browser = Browser::start().await;
    browser.page.goto(host.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
}

#[tokio::test]
async fn console_works_at_any_path_of_a_static_host() {
    let gateway = console_emulator(JOBS);
    let host = StaticHost::start("/some/where");
    let browser = Browser::start().await;
    browser.page.goto(format!("{}#/settings", host.address())).await.unwrap();
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(gateway.address()).await.unwrap();
    connect(&browser, gateway.key()).await;
    browser.wait_for_text("h1", "Settings").await;
    browser.page.goto(format!("{}#/", host.address())).await.unwrap();
    // The page has another origin. The gateway allows it and exposes its extensions.
    browser.wait_for_text("a", "Finance deliver").await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for_text("*[@data-state='3']", "failed").await;
}
