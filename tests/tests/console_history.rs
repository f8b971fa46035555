//! The runs of a job in a real browser, against a real gateway.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use thirtyfour::prelude::*;
use txjobs_tests::{
    browser::Browser,
    console::{address, connect, connected, see_line},
    gateway::Gateway,
};

/// The first of four runs is slow, the last one fails: it counts its runs in a file.
const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Sales prepare"
command = ["sh", "-c", "n=$(cat RUNS 2>/dev/null || echo 0); echo $((n + 1)) > RUNS; echo Read $((n * 7)) rows at $(date +%T); if [ $n = 0 ]; then sleep 2.2; echo Building the cache; fi; if [ $n = 3 ]; then echo No disk left >&2; exit 1; fi"]
"#;

async fn four_runs(folder: &tempfile::TempDir) -> (Gateway, Browser) {
    let runs = folder.path().join("runs");
    let gateway = Gateway::start(&JOBS.replace("RUNS", runs.to_str().unwrap()));
    let browser = connected(&gateway).await;
    browser.press("Run Sales prepare").await;
    browser.press("Run").await;
    for state in [2, 2, 2, 3] {
        browser.see(By::Css(format!("[data-state='{state}']"))).await;
        if state == 3 {
            break;
        }
        browser.press("Run again").await;
        browser.see(By::XPath("//dialog[@open]//button[@type='submit']")).await.click().await.unwrap();
        let gone = "return !document.querySelector('dialog[open]')";
        while !browser.page.execute(gone, vec![]).await.unwrap().convert::<bool>().unwrap() {}
    }
    (gateway, browser)
}

#[tokio::test]
async fn slow_runs_are_told_and_two_can_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, browser) = four_runs(&folder).await;
    browser.see_text("nav//a", "Sales prepare").await.click().await.unwrap();
    let rows = By::Css("table[aria-label=Runs] tbody tr");
    browser.see(By::Css("table[aria-label=Runs] tbody tr:nth-child(4)")).await;
    let rows = browser.page.find_all(rows).await.unwrap();
    assert!(rows[3].text().await.unwrap().contains("slow"), "{}", rows[3].text().await.unwrap());
    assert!(!rows[1].text().await.unwrap().contains("slow"));
    assert!(rows[0].find(By::Css("[aria-label^='Run again']")).await.is_ok(), "again stands on each run");
    browser
        .see_text(
            "figcaption",
            "the middle of the last 3 that ended well; slow is over 1.5 times that, and a second more",
        )
        .await;
    browser.every_look("runs").await;

    for row in [&rows[3], &rows[0]] {
        row.find(By::Css("input[type=checkbox]")).await.unwrap().click().await.unwrap();
    }
    let older = browser.see(By::XPath("//section[h2[.='Only in the older run: 1 line']]")).await;
    assert!(older.text().await.unwrap().contains("Building the cache"));
    let newer = browser.see(By::XPath("//section[h2[.='Only in the newer run: 2 lines']]")).await;
    assert!(newer.text().await.unwrap().contains("No disk left"), "{}", newer.text().await.unwrap());
    browser.every_look("compared").await;

    // By its link, as somebody who was sent it; and from there to the line.
    let link = address(&browser).await;
    assert!(link.contains("?compare="), "{link}");
    browser.page.refresh().await.unwrap();
    connect(&browser, gateway.key()).await;
    browser
        .see(By::XPath("//section[h2[.='Only in the newer run: 2 lines']]//li[contains(., 'No disk')]//a"))
        .await
        .click()
        .await
        .unwrap();
    let line = see_line(&browser, "No disk left").await;
    assert!(line.class_name().await.unwrap().unwrap_or_default().contains("here"));
}

#[tokio::test]
async fn a_run_says_that_it_is_slower_than_usual() {
    let folder = tempfile::tempdir().unwrap();
    let (_gateway, browser) = four_runs(&folder).await;
    browser.see_text("nav//a", "Sales prepare").await.click().await.unwrap();
    browser
        .see(By::Css("table[aria-label=Runs] tbody tr:nth-child(4) td:nth-child(3) a"))
        .await
        .click()
        .await
        .unwrap();
    browser.see_text("span", "slower than usual: usually").await;
    browser.picture("slower").await;
}
