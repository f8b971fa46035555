//! Tests the accessibility of the console: keyboard, screen reader, reduced motion.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use thirtyfour::prelude::*;
use txjobs_test_support::{
    browser::Browser,
    console::{connect, console_emulator, open_connected},
    tab_order::check_tab_order,
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

#[tokio::test]
async fn tab_reaches_every_control_with_visible_focus() {
    let gateway = console_emulator(JOBS);
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    browser.wait_for_text("h1", "Connect").await;
    check_tab_order(&browser, "connect").await;
    connect(&browser, gateway.key()).await;
    browser.wait_for_text("a", "Finance deliver").await;
    check_tab_order(&browser, "jobs").await;

    browser.click_button("Run Finance deliver").await;
    browser.wait_for(By::Css("dialog[open]")).await;
    check_tab_order(&browser, "question").await;
    browser.click_button("Run").await;
    browser.wait_for(By::Css("[data-state='3']")).await;
    browser.wait_for(By::Css("[role=log] [data-line='100']")).await;
    check_tab_order(&browser, "run").await;
    browser.wait_for_text("nav//a", "Finance deliver").await.click().await.unwrap();
    browser.wait_for(By::Css("table[aria-label=Runs] tbody tr")).await;
    check_tab_order(&browser, "job").await;
    for (screen, link) in [("api", "API"), ("settings", "Settings")] {
        browser.page.goto(format!("{}/#/{screen}", gateway.address())).await.unwrap();
        browser.wait_for_text("h1", link).await;
        check_tab_order(&browser, screen).await;
    }
}

#[tokio::test]
async fn navigation_to_an_error_is_announced() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    browser.click_button("Run Finance deliver").await;
    browser.click_button("Run").await;
    browser.wait_for(By::Css("[data-state='3']")).await;
    let announcement =
        |text: &str| browser.wait_for(By::XPath(format!("//*[@role='status'][contains(., \"{text}\")]")));
    browser.wait_for(By::Css("[role=log] .current[data-line='100']")).await;
    browser.page.find(By::Css("[role=log]")).await.unwrap().send_keys("n").await.unwrap();
    announcement("2 of 2, line 202: Finished with errors").await;
    browser.press_keys("p").await;
    announcement("1 of 2, line 101: Invalid object name 'stg.Invoice'.").await;
}

#[tokio::test]
async fn reduced_motion_stops_all_animations() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    browser.click_button("Run Endless").await;
    browser.click_button("Run").await;
    // The badge of a pending job also has the number 1, but is not animated.
    browser.wait_for(By::Css(".badge.run[data-state='1']")).await;
    let moving = "return document.getAnimations().filter(a => a.effect.getComputedTiming().iterations === Infinity).length";
    assert!(browser.execute::<usize>(moving).await > 0, "the badge of a running job is animated");
    browser.set_reduced_motion().await;
    assert_eq!(browser.execute::<usize>("return document.getAnimations().length").await, 0);
    browser.wait_for_text("a", "txjobs").await.click().await.unwrap();
    browser.wait_for_text("a", "Endless").await;
    browser.click_button("Refresh").await;
    assert_eq!(browser.execute::<usize>("return document.getAnimations().length").await, 0);
}

#[tokio::test]
async fn only_the_current_screen_is_underlined_in_forced_colors() {
    let gateway = console_emulator(JOBS);
    let browser = open_connected(&gateway).await;
    for (width, side) in [(1280, "bottom"), (320, "top")] {
        browser.set_appearance(width, 900, "forced").await;
        let script = format!(
            "return [...document.querySelectorAll('.screen-links a')].map((link) =>
                getComputedStyle(link).getPropertyValue('border-{side}-color'))"
        );
        let colors: Vec<String> = browser.execute(&script).await;
        let [current, others @ ..] = &colors[..] else { panic!("no links") };
        // Forced colors make a transparent border visible.
        let is_hidden = |color: &String| color != current && color == "rgb(0, 0, 0)";
        assert!(others.iter().all(is_hidden), "{width}: {colors:?}");
    }
}
