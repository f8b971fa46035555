//! Tests the screens that show all jobs at a glance in a real browser with a real emulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use futures::StreamExt;
use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    TestServer,
    browser::Browser,
    console::{address, connect, console_emulator, console_gateway, open_connected},
};

/// The configuration needs an organization. The tests use a seeded one.
const NO_JOBS: &str = "[[organization]]\nname = \"Empty\"\n";

/// Starts an emulator with 20 jobs and 200 past executions, and connects to it.
async fn seeded() -> (TestServer, Browser, String) {
    let emulator = console_emulator(NO_JOBS);
    let seeded = emulator.admin().seed(json!({ "number": 7, "executions": 400 })).await;
    let browser = Browser::start().await;
    browser.page.goto(emulator.address()).await.unwrap();
    connect(&browser, &seeded.key).await;
    browser.wait_for_text("h1", "Jobs").await;
    (emulator, browser, seeded.key)
}

/// Opens a screen through its address.
async fn open(browser: &Browser, link: &str) {
    browser.page.execute(format!("location.hash = '{link}'"), vec![]).await.unwrap();
}

async fn count(browser: &Browser, selector: &str) -> usize {
    let script = format!("return document.querySelectorAll(\"{selector}\").length");
    browser.page.execute(script, vec![]).await.unwrap().convert().unwrap()
}

#[tokio::test]
async fn timeline_shows_runs_by_time_and_opens_a_run() {
    let (_emulator, browser, _) = seeded().await;
    open(&browser, "#/timeline?span=7d").await;
    browser.wait_for(By::Css(".timeline tbody .run-bar")).await;
    browser.wait_for(By::Css(".timeline-scale .now")).await;
    browser.check_appearances("timeline").await;

    // The pointer and the focus tell what the bar stands for.
    let bar = browser.wait_for(By::Css(".timeline tbody .run-bar")).await;
    bar.scroll_into_view().await.unwrap();
    browser.page.action_chain().move_to_element_center(&bar).perform().await.unwrap();
    let tip = bar.find(By::Css(".run-tip")).await.unwrap();
    let text = tip.text().await.unwrap();
    assert!(text.contains("started"), "{text}");
    browser.page.execute("document.querySelector('.timeline .run-bar').focus()", vec![]).await.unwrap();
    browser.press_keys(Key::Right).await;
    let is_second = "const bars = [...document.querySelectorAll('.timeline tbody tr:first-child .run-bar')];
        return bars.length < 2 || document.activeElement === bars[1]";
    assert!(browser.page.execute(is_second, vec![]).await.unwrap().convert::<bool>().unwrap());
    browser.press_keys(Key::Down).await;
    let is_second_row = "return document.activeElement.closest('tr') === document.querySelector('.timeline tbody tr:nth-child(2)')";
    assert!(browser.page.execute(is_second_row, vec![]).await.unwrap().convert::<bool>().unwrap());

    // Range and zoom are in the address.
    browser.click_button("Zoom in").await;
    assert!(address(&browser).await.ends_with("#/timeline?span=3d"), "{}", address(&browser).await);
    browser.click_button("Earlier").await;
    assert!(address(&browser).await.contains("&end="), "{}", address(&browser).await);
    browser.click_button("7 days").await;
    browser.wait_for(By::Css(".timeline-scale .now")).await;
    browser.page.execute("document.querySelector('.timeline .run-bar').focus()", vec![]).await.unwrap();
    browser.press_keys(Key::Enter).await;
    browser.wait_for(By::Css("main.run-page")).await;
    assert!(address(&browser).await.contains("/runs/"));
}

#[tokio::test]
async fn timeline_without_runs_says_so() {
    let emulator = console_emulator(NO_JOBS);
    let seeded = emulator.admin().seed(json!({ "executions": 0 })).await;
    let browser = Browser::start().await;
    browser.page.goto(&format!("{}/#/timeline", emulator.address())).await.unwrap();
    connect(&browser, &seeded.key).await;
    browser.wait_for_text("h2", "No runs in this time").await;
    browser.check_appearances("timeline-empty").await;
}

#[tokio::test]
async fn runs_of_all_jobs_are_filtered_through_the_address() {
    let (_emulator, browser, _) = seeded().await;
    open(&browser, "#/runs").await;
    browser.wait_for(By::Css("table.runs tbody tr")).await;
    browser.check_appearances("runs-of-all-jobs").await;
    let failed = browser.wait_for(By::XPath("//button[starts-with(normalize-space(.), 'failed')]")).await;
    failed.click().await.unwrap();
    browser.wait_for(By::Css("button[aria-pressed=true]")).await;
    assert!(address(&browser).await.ends_with("#/runs?state=failed"), "{}", address(&browser).await);
    browser.wait_for(By::Css("table.runs tbody tr [data-state='3']")).await;
    assert_eq!(count(&browser, "table.runs tbody tr:not(:has([data-state='3']))").await, 0);
    let name = browser.wait_for(By::Css("input[aria-label='Filter by job name']")).await;
    name.send_keys("no such job").await.unwrap();
    browser.wait_for_text("h2", "No run matches").await;
    browser.check_appearances("runs-empty").await;
}

#[tokio::test]
async fn filter_change_during_a_navigation_does_not_undo_it() {
    let (_emulator, browser, _) = seeded().await;
    // The job list changes the address after a delay. The script ends the delay before the event of the navigation.
    let script = "const { setTimeout, clearTimeout } = window, delayed = new Map();
        window.setTimeout = run => { const id = setTimeout(() => {}); delayed.set(id, run); return id; };
        window.clearTimeout = id => delayed.delete(id) || clearTimeout(id);
        const field = document.querySelector('[aria-label=\"Filter by name\"]');
        field.value = 'a';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(done => setTimeout(done));
        location.hash = '#/settings';
        delayed.forEach(run => run());
        Object.assign(window, { setTimeout, clearTimeout });";
    browser.execute::<()>(script).await;
    browser.wait_for_text("h1", "Settings").await;
    browser.page.back().await.unwrap();
    browser.wait_for_text("h1", "Jobs").await;

    // The list of runs changes the address immediately.
    open(&browser, "#/runs").await;
    browser.wait_for(By::Css("button[aria-pressed]")).await;
    let script = "location.hash = '#/settings'; document.querySelector('button[aria-pressed]').click()";
    browser.page.execute(script, vec![]).await.unwrap();
    browser.wait_for_text("h1", "Settings").await;
    browser.page.back().await.unwrap();
    browser.wait_for_text("h1", "Runs").await;
    assert!(address(&browser).await.ends_with("#/runs"), "{}", address(&browser).await);
}

#[tokio::test]
async fn problems_since_the_last_visit_lead_to_the_first_error() {
    let (emulator, browser, key) = seeded().await;
    // The first visit shows nothing. Pretend that it was three days ago.
    assert_eq!(count(&browser, ".since-last-visit").await, 0);
    let visit = "const key = Object.keys(localStorage).find(key => key.startsWith('txjobs.visits'));
        const before = Date.now() - 3 * 86400000;
        localStorage.setItem(key, `${before} ${before}`);";
    browser.page.execute(visit, vec![]).await.unwrap();
    browser.page.goto(&format!("{}/?again", emulator.address())).await.unwrap();
    connect(&browser, &key).await;
    browser.wait_for_text("h2", "since your last visit").await;
    browser.check_appearances("since-last-visit").await;
    browser.wait_for(By::Css(".since-last-visit li a")).await.click().await.unwrap();
    browser.wait_for(By::Css("[role=log] [data-line]")).await;
    open(&browser, "#/").await;
    browser.click_button("Mark as seen").await;
    let gone = "return !document.querySelector('.since-last-visit')";
    while !browser.page.execute(gone, vec![]).await.unwrap().convert::<bool>().unwrap() {}
}

#[tokio::test]
async fn job_says_since_when_it_is_slower_and_shows_what_changed() {
    // Six runs: three take no time, and three take over a second and write another line.
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let config = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Sales prepare"
command = ["sh", "-c", "n=$(cat RUNS 2>/dev/null || echo 0); echo $((n + 1)) > RUNS; echo Reading; if [ $n -ge 3 ]; then sleep 1.3; echo Building the cache; fi"]
"#;
    let gateway = console_gateway(&config.replace("RUNS", runs.to_str().unwrap()));
    let client = gateway.client();
    let job = client.list_jobs().send().await.unwrap()[0].id;
    for _ in 0..6 {
        let events = client.execute_and_follow(job).collect::<Vec<_>>().await;
        assert!(events.iter().all(Result::is_ok), "{events:?}");
    }
    let browser = open_connected(&gateway).await;
    browser.wait_for_text("a", "Sales prepare").await.click().await.unwrap();
    browser.wait_for_text("p", "100% successful: 6 of 6 loaded runs").await;
    browser.check_appearances("job-slower").await;
    browser.wait_for_text("a", "Show what changed").await.click().await.unwrap();
    browser.wait_for_text("li", "Building the cache").await;
}
