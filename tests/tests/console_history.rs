//! Tests the history of a job in a real browser with a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use thirtyfour::prelude::*;
use txjobs_test_support::{
    TestServer,
    browser::Browser,
    console::{address, connect, console_gateway, open_connected, wait_for_line},
};

/// A job that counts its runs in a file. The first of four runs is slow, the last one fails.
const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Sales prepare"
command = ["sh", "-c", "n=$(cat RUNS 2>/dev/null || echo 0); echo $((n + 1)) > RUNS; echo Read $((n * 7)) rows at $(date +%T); if [ $n = 0 ]; then sleep 2.2; echo Building the cache; fi; if [ $n = 3 ]; then echo No disk left >&2; exit 1; fi"]
"#;

async fn four_runs(folder: &tempfile::TempDir) -> (TestServer, Browser) {
    let runs = folder.path().join("runs");
    let gateway = console_gateway(&JOBS.replace("RUNS", runs.to_str().unwrap()));
    let browser = open_connected(&gateway).await;
    browser.click_button("Run Sales prepare").await;
    browser.click_button("Run").await;
    for state in [2, 2, 2, 3] {
        browser.wait_for(By::Css(format!("[data-state='{state}']"))).await;
        if state == 3 {
            break;
        }
        browser.click_button("Run again").await;
        browser.wait_for(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
        let gone = "return !document.querySelector('dialog[open]')";
        while !browser.page.execute(gone, vec![]).await.unwrap().convert::<bool>().unwrap() {}
    }
    (gateway, browser)
}

#[tokio::test]
async fn history_marks_slow_runs_and_compares_two_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, browser) = four_runs(&folder).await;
    browser.wait_for_text("nav//a", "Sales prepare").await.click().await.unwrap();
    let rows = By::Css("table[aria-label=Runs] tbody tr");
    browser.wait_for(By::Css("table[aria-label=Runs] tbody tr:nth-child(4)")).await;
    let rows = browser.page.find_all(rows).await.unwrap();
    assert!(rows[3].text().await.unwrap().contains("slow"), "{}", rows[3].text().await.unwrap());
    assert!(!rows[1].text().await.unwrap().contains("slow"));
    assert!(rows[0].find(By::Css("[aria-label^='Run again']")).await.is_ok(), "each run can be repeated");
    browser
        .wait_for_text(
            "figcaption",
            "(median of the last 3 successful runs). A run is slow if it takes over 1.5 times as long and at least a second longer.",
        )
        .await;
    browser.check_appearances("runs").await;

    for row in [&rows[3], &rows[0]] {
        row.find(By::Css("input[type=checkbox]")).await.unwrap().click().await.unwrap();
    }
    let older = browser.wait_for(By::XPath("//section[h2[.='Only in the older run: 1 line']]")).await;
    assert!(older.text().await.unwrap().contains("Building the cache"));
    let newer = browser.wait_for(By::XPath("//section[h2[.='Only in the newer run: 2 lines']]")).await;
    assert!(newer.text().await.unwrap().contains("No disk left"), "{}", newer.text().await.unwrap());
    browser.check_appearances("compared").await;

    // Open the comparison by its link and follow the link to a line.
    let link = address(&browser).await;
    assert!(link.contains("?compare="), "{link}");
    browser.page.refresh().await.unwrap();
    connect(&browser, gateway.key()).await;
    browser
        .wait_for(By::XPath(
            "//section[h2[.='Only in the newer run: 2 lines']]//li[contains(., 'No disk')]//a",
        ))
        .await
        .click()
        .await
        .unwrap();
    let line = wait_for_line(&browser, "No disk left").await;
    assert!(line.class_name().await.unwrap().unwrap_or_default().contains("current"));
}

#[tokio::test]
async fn slow_run_shows_the_usual_duration() {
    let folder = tempfile::tempdir().unwrap();
    let (_gateway, browser) = four_runs(&folder).await;
    browser.wait_for_text("nav//a", "Sales prepare").await.click().await.unwrap();
    browser
        .wait_for(By::Css("table[aria-label=Runs] tbody tr:nth-child(4) td:nth-child(3) a"))
        .await
        .click()
        .await
        .unwrap();
    browser.wait_for_text("span", "slower than usual: usually").await;
    browser.save_screenshot("slower").await;
}
