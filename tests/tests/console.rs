//! The console in a real browser, against a real gateway, as a person uses it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use thirtyfour::prelude::*;
use txjobs_tests::{
    browser::Browser,
    console::{address, connect, connected, lines, see_line},
    gateway::Gateway,
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
async fn from_connect_to_the_outcome_of_a_real_process_and_back_by_its_link() {
    let gateway = Gateway::start(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.see_text("h1", "Connect").await;
    browser.every_look("connect").await;
    browser.field("API key").await.send_keys(gateway.key()).await.unwrap();
    browser.press("Test connection").await;
    browser.see_text("*[@role='status']", "It works: 4 jobs.").await;
    browser.press("Connect").await;

    browser.see_text("h1", "Jobs").await;
    browser.see_text("a", "Nightly warehouse load").await;
    browser.press("Run Nightly warehouse load").await;
    browser.see_text("h2", "Nightly warehouse load").await;
    browser.every_look("question").await;
    browser.press("Run").await;

    browser.see_text("h1", "Nightly warehouse load").await;
    see_line(&browser, "Reading table 1 of 30").await;
    browser.see_text("*[@data-state='1']", "running").await;
    assert!(!lines(&browser).await.iter().any(|line| line == "Done"), "lines arrive as they are written");
    browser.every_look("running").await;
    browser.see_text("*[@data-state='5']", "completed with warnings").await;
    see_line(&browser, "12 rows without currency").await;
    see_line(&browser, "Done").await;
    browser.every_look("completed").await;

    let link = address(&browser).await;
    assert!(!link.contains(gateway.key()));
    browser.page.refresh().await.unwrap();
    browser.see_text("h1", "Connect").await;
    connect(&browser, gateway.key()).await;
    browser.see_text("h1", "Nightly warehouse load").await;
    see_line(&browser, "12 rows without currency").await;
    assert_eq!(address(&browser).await, link, "the same screen");

    browser.see_text("nav//a", "Nightly warehouse load").await.click().await.unwrap();
    browser.see(By::Css("table[aria-label=Runs] [data-state='5']")).await;
    browser.every_look("history").await;
    browser.see_text("nav//a", "Jobs").await.click().await.unwrap();
    browser.see(By::Css("table[aria-label=Jobs]")).await;
    browser.every_look("jobs").await;
}

#[tokio::test]
async fn a_failed_run_opens_at_its_first_error() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    browser.press("Run Finance deliver").await;
    browser.press("Run").await;
    browser.see_text("*[@data-state='3']", "failed").await;
    // By its link, as somebody who was sent it.
    browser.page.refresh().await.unwrap();
    connect(&browser, gateway.key()).await;
    let error = see_line(&browser, "Invalid object name").await;
    assert!(error.is_displayed().await.unwrap());
    assert!(error.class_name().await.unwrap().unwrap_or_default().contains("here"));
    assert!(lines(&browser).await.len() < 200, "only what is seen is in the document");
    browser.every_look("failed").await;

    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys("n").await.unwrap();
    let next = browser.see(By::Css("[role=log] .here[data-line='701']")).await;
    assert!(next.text().await.unwrap().contains("Finished with errors"));
}

#[tokio::test]
async fn a_double_click_starts_one_run_and_a_conflict_is_told_in_words() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    let client = gateway.client();
    let jobs = client.list_jobs().send().await.unwrap();
    let endless = jobs.iter().find(|job| job.name == "Endless").unwrap().id;

    browser.press("Run Endless").await;
    let run = browser.see(By::XPath("//dialog[@open]//button[@type='submit']")).await;
    browser.page.action_chain().double_click_element(&run).perform().await.unwrap();
    see_line(&browser, "Started").await;
    let runs = client.get_job_logs().job_id(endless).send().await.unwrap();
    assert_eq!(runs.len(), 1);

    browser.press("Cancel run").await;
    browser.see(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
    browser.see_text("*[@data-state='3']", "failed").await;

    // Somebody else starts it while we are asked.
    browser.press("Run again").await;
    browser.see_text("h2", "Endless").await;
    client.execute_job().job_id(endless).send().await.unwrap();
    browser.press("Run").await;
    browser.see(By::Css("dialog [data-trouble=conflict]")).await;
    browser.every_look("conflict").await;
    browser.press("Close").await;
    let runs = client.get_job_logs().job_id(endless).send().await.unwrap();
    assert!(runs.len() <= 2, "a refusal is not tried again");
}

#[tokio::test]
async fn trouble_is_told_in_words_where_it_happened() {
    let gateway = Gateway::start(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    connect(&browser, "wrong-key").await;
    browser.see(By::Css("[data-trouble=key_refused]")).await;
    browser.every_look("key-refused").await;

    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys("127.0.0.1:1").await.unwrap();
    browser.press("Test connection").await;
    browser.see(By::Css("[data-trouble=blocked_by_browser]")).await;
    browser.every_look("unreachable").await;

    domain.clear().await.unwrap();
    domain.send_keys(format!("{}/elsewhere", gateway.address())).await.unwrap();
    browser.press("Test connection").await;
    browser.see(By::Css("[data-trouble=not_this_api]")).await;

    // A server that goes away leaves what was there, marked as old.
    domain.clear().await.unwrap();
    domain.send_keys(gateway.address()).await.unwrap();
    let key = browser.field("API key").await;
    key.clear().await.unwrap();
    connect(&browser, gateway.key()).await;
    browser.see_text("a", "Endless").await;
    let missing = format!("{}/#/jobs/00000000-0000-0000-0000-0000000000aa", gateway.address());
    browser.page.goto(&missing).await.unwrap();
    browser.see(By::Css("[data-trouble=not_found]")).await;
    browser.every_look("not-found").await;
    browser.page.goto(format!("{}/#/", gateway.address())).await.unwrap();
    browser.see_text("a", "Endless").await;
    drop(gateway);
    browser.press("Refresh").await;
    browser.see(By::Css("[data-trouble=blocked_by_browser]")).await;
    browser.see_text("a", "Endless").await;
    browser.every_look("gone").await;
}

#[tokio::test]
async fn each_refusal_of_a_server_has_its_words() {
    let gateway = Gateway::start(JOBS);
    let odd = txjobs_tests::odd_server::start().await;
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.field("API key").await.send_keys("any-key").await.unwrap();
    for (path, kind, words) in [
        ("403", "key_refused", "The server refused the API key."),
        ("409", "conflict", "Look at the job's status"),
        ("429", "too_many_requests", "It asks to wait 30 s."),
        ("418", "request_refused", "Because of the moon."),
        ("500", "server_error", "The server said 500: Because of the moon."),
        ("503", "server_error", "Try again later"),
        ("page", "not_this_api", "Welcome"),
        ("half", "interrupted", "not all of it."),
        ("elsewhere", "not_this_api", "Check the domain, and the path prefix"),
    ] {
        let domain = browser.field("Domain").await;
        domain.clear().await.unwrap();
        domain.send_keys(format!("{odd}/{path}")).await.unwrap();
        browser.press("Test connection").await;
        let trouble = format!("//*[@data-trouble='{kind}'][contains(normalize-space(.), \"{words}\")]");
        browser.see(By::XPath(trouble)).await;
        if matches!(path, "429" | "500" | "half") {
            browser.every_look(&format!("refused-{path}")).await;
        }
    }
}

#[tokio::test]
async fn names_and_lines_are_text_and_the_key_is_nowhere() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    let hostile = browser.see_text("a", "<img src=x onerror=alert(1)>").await;
    hostile.click().await.unwrap();
    browser.see_text("h1", "<img src=x onerror=alert(1)>").await;
    browser.press("Run").await;
    browser.see(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
    see_line(&browser, "<b>bold</b> ␛[31mred").await;
    browser.every_look("hostile").await;

    let script = r"
        const stores = JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href]);
        const values = [...document.querySelectorAll('input')].map(input => input.value).join();
        return document.documentElement.outerHTML + stores + values";
    let everything: String = browser.page.execute(script, vec![]).await.unwrap().convert().unwrap();
    assert!(everything.contains("bold") && !everything.contains(gateway.key()));
    let databases = "return indexedDB.databases().then(all => all.length)";
    let count: u64 = browser.page.execute(databases, vec![]).await.unwrap().convert().unwrap();
    assert_eq!(count, 0);
    for request in browser.requests().await {
        assert!(request.starts_with(gateway.address()), "a request to somebody else: {request}");
        assert!(!request.contains(gateway.key()));
    }
}

#[tokio::test]
async fn a_demo_is_one_press_away() {
    let gateway = Gateway::demo(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.press("Open the demo").await;
    browser.see_text("h1", "Jobs").await;
    browser.see_text("a", "Finance deliver").await;
}

#[tokio::test]
async fn a_refresh_leaves_the_rows_where_they_are() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    let button = browser.see(By::Css("button[aria-label='Run Endless']")).await;
    let list = format!("{}/public/jobs", gateway.address());
    let times = async || browser.requests().await.iter().filter(|request| **request == list).count();
    let before = times().await;
    browser.press("Refresh").await;
    while times().await == before {}
    // The row shows what the refresh brought, and is still the row that it was.
    browser.see_text("*", "updated just now").await;
    button.click().await.unwrap();
    browser.see_text("h2", "Endless").await;
    // The same of the question: its buttons stay while the list of jobs comes again.
    let run = browser.see(By::XPath("//dialog[@open]//button[@type='submit']")).await;
    let before = times().await;
    browser.page.execute("document.querySelector('[aria-label=Refresh]').click()", vec![]).await.unwrap();
    while times().await == before {}
    browser.see_text("*", "updated just now").await;
    run.click().await.unwrap();
    see_line(&browser, "Started").await;
}

#[tokio::test]
async fn a_fault_of_the_program_is_told_in_words() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    let fault = "const error = new WebAssembly.RuntimeError('unreachable');
        window.dispatchEvent(new ErrorEvent('error', { error }))";
    browser.page.execute(fault, vec![]).await.unwrap();
    let words = browser.see_text("h1", "The console has stopped because of a fault in it.").await;
    assert!(words.is_displayed().await.unwrap());
    browser.every_look("fault").await;
    browser.press("Reload").await;
    browser.see_text("h1", "Connect").await;
}

#[tokio::test]
async fn a_host_that_keeps_silent_about_what_is_preset_keeps_nobody_out() {
    let host = txjobs_tests::static_host::StaticHost::without_answer_for_config().await;
    let browser = Browser::start().await;
    browser.page.goto(host.address()).await.unwrap();
    browser.see_text("h1", "Connect").await;
}

#[tokio::test]
async fn works_below_any_path_of_a_plain_static_host() {
    let gateway = Gateway::start(JOBS);
    let host = txjobs_tests::static_host::StaticHost::start("/some/where").await;
    let browser = Browser::start().await;
    browser.page.goto(format!("{}#/settings", host.address())).await.unwrap();
    let domain = browser.field("Domain").await;
    domain.clear().await.unwrap();
    domain.send_keys(gateway.address()).await.unwrap();
    connect(&browser, gateway.key()).await;
    browser.see_text("h1", "Settings").await;
    browser.page.goto(format!("{}#/", host.address())).await.unwrap();
    // Another origin: the gateway lets the page in, and shows it its extensions.
    browser.see_text("a", "Finance deliver").await;
    browser.press("Run Finance deliver").await;
    browser.press("Run").await;
    browser.see_text("*[@data-state='3']", "failed").await;
}
