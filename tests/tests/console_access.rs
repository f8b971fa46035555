//! The console for people who use it otherwise: by keys alone, by ear, without motion. In a real browser, against a real
//! gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use thirtyfour::prelude::*;
use txjobs_tests::{
    browser::Browser,
    console::{connect, connected},
    gateway::Gateway,
};

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Finance deliver"
[organization.job.script]
state = "failed"
lines = [
  { message = "Reading batch {n}", repeat = 100 },
  { severity = "error", message = "Invalid object name 'stg.Invoice'." },
  { message = "Cleaning up {n}", repeat = 100 },
  { severity = "error", message = "Finished with errors" },
]

[[organization.job]]
name = "Endless"
[organization.job.script]
state = "completed"
lines = [{ message = "Started" }, { after = "1h", message = "Never" }]
"#;

/// The key, as WebDriver has it.
const TAB: &str = "\u{e004}";

/// What a person can go to by Tab, numbered in the order of the document: in the dialog that is open, else in the page.
const NUMBER: &str = "
    const place = document.querySelector('dialog[open]') ?? document.body;
    const all = [...place.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')].filter((e) =>
        !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && !e.closest('[popover]:not(:popover-open)')
        // Of radio buttons Tab goes to the one that is chosen.
        && !(e.type === 'radio' && !e.checked));
    window.walked = [];
    all.forEach((e, n) => e.dataset.walk = n);
    window.walking?.abort();
    window.walking = new AbortController();
    addEventListener('focusin', ({ target: e }) => {
        const style = getComputedStyle(e);
        const marked = [style, getComputedStyle(e.parentElement)].some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0);
        walked.push([e.dataset.walk ?? '', marked, e.outerHTML.slice(0, 120)]);
    }, walking);
    all[0].focus();
    return all.length;";

/// Goes through everything by Tab: each is reached, in the order of the document, and is seen to have the focus.
async fn walk(browser: &Browser, screen: &str) {
    let count: usize = browser.run(NUMBER).await;
    assert!(count > 1, "{screen}: {count}");
    // The first one again by keys: a focus that a script sets is not shown by all browsers.
    browser.keys(TAB.repeat(count)).await;
    let walked: Vec<(String, bool, String)> = browser.run("return window.walked").await;
    let order: Vec<usize> = walked.iter().filter_map(|(number, ..)| number.parse().ok()).collect();
    let missing: Vec<_> = (0..count).filter(|number| !order.contains(number)).collect();
    assert!(missing.is_empty(), "{screen}: not reached by Tab: {missing:?} of {count}\n{walked:#?}");
    assert!(
        order[..count].is_sorted(),
        "{screen}: another order than the document's: {order:?}\n{walked:#?}"
    );
    let unseen: Vec<_> =
        walked.iter().skip(1).filter(|(number, is_seen, _)| !number.is_empty() && !is_seen).collect();
    assert!(unseen.is_empty(), "{screen}: nobody sees the focus: {unseen:#?}");
}

#[tokio::test]
async fn every_control_of_every_screen_is_reached_by_tab_and_seen() {
    let gateway = Gateway::start(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.see_text("h1", "Connect").await;
    walk(&browser, "connect").await;
    connect(&browser, gateway.key()).await;
    browser.see_text("a", "Finance deliver").await;
    walk(&browser, "jobs").await;

    browser.press("Run Finance deliver").await;
    browser.see(By::Css("dialog[open]")).await;
    walk(&browser, "question").await;
    browser.press("Run").await;
    browser.see(By::Css("[data-state='3']")).await;
    browser.see(By::Css("[role=log] [data-line='100']")).await;
    walk(&browser, "run").await;
    browser.see_text("nav//a", "Finance deliver").await.click().await.unwrap();
    browser.see(By::Css("table[aria-label=Runs] tbody tr")).await;
    walk(&browser, "job").await;
    for (screen, link) in [("api", "API"), ("settings", "Settings")] {
        browser.page.goto(format!("{}/#/{screen}", gateway.address())).await.unwrap();
        browser.see_text("h1", link).await;
        walk(&browser, screen).await;
    }
}

#[tokio::test]
async fn a_step_to_an_error_is_said() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    browser.press("Run Finance deliver").await;
    browser.press("Run").await;
    browser.see(By::Css("[data-state='3']")).await;
    let said = |text: &str| browser.see(By::XPath(format!("//*[@role='status'][contains(., \"{text}\")]")));
    browser.see(By::Css("[role=log] .here[data-line='100']")).await;
    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys("n").await.unwrap();
    said("2 of 2, line 202: Finished with errors").await;
    browser.keys("p").await;
    said("1 of 2, line 101: Invalid object name 'stg.Invoice'.").await;
}

#[tokio::test]
async fn nothing_moves_for_who_wants_no_motion() {
    let gateway = Gateway::start(JOBS);
    let browser = connected(&gateway).await;
    browser.press("Run Endless").await;
    browser.press("Run").await;
    // The badge of a pending job has the number 1 as well, and stands still.
    browser.see(By::Css(".badge.run[data-state='1']")).await;
    let moving = "return document.getAnimations().filter(a => a.effect.getComputedTiming().iterations === Infinity).length";
    assert!(browser.run::<usize>(moving).await > 0, "a run that goes on is seen to");
    browser.without_motion().await;
    assert_eq!(browser.run::<usize>("return document.getAnimations().length").await, 0);
    browser.see_text("a", "txjobs").await.click().await.unwrap();
    browser.see_text("a", "Endless").await;
    browser.press("Refresh").await;
    assert_eq!(browser.run::<usize>("return document.getAnimations().length").await, 0);
}
