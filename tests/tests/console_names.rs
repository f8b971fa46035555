//! Tests in a real browser that names of jobs deceive nobody in the palette, in questions and in the title.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_sdk::paths;
use txjobs_test_support::{
    TestServer,
    browser::Browser,
    console::{connect, console_emulator},
};

const JOBS: &str = "[[organization]]\nname = \"Test\"\n";

/// Controls, zero-width characters, and marks of the text direction, as a regular expression of JavaScript.
const INVISIBLE: &str =
    r"/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/";

/// Opens the list of an organization whose jobs have hostile names, and returns its key.
async fn open_hostile_jobs(server: &TestServer) -> (Browser, String) {
    let plan = json!({ "organization": "Hostile", "jobs": 120, "executions": 0, "fixture": "hostile" });
    let organization = server.admin().seed(plan).await;
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, &organization.key).await;
    browser.wait_for(By::Css("tr[data-job]")).await;
    (browser, organization.key)
}

/// Types into the palette and returns the names of the jobs it finds.
async fn search(browser: &Browser, text: &str) -> Vec<String> {
    browser.press_ctrl('k').await;
    browser.wait_for(By::Css("#palette[open]")).await;
    browser.press_keys(text).await;
    browser.wait_for(By::XPath("//*[@role='option'][span='job']")).await;
    let script = "return [...document.querySelectorAll('#palette [role=option]')]
        .filter(option => option.querySelector('span').textContent === 'job')
        .map(option => option.querySelector('bdi').textContent)";
    browser.execute(script).await
}

/// Asks whether to run the job, and returns the name in the question.
async fn name_in_question(browser: &Browser, job: &str) -> String {
    let css = format!("[data-job='{job}'] td.actions button");
    browser.wait_for(By::Css(css)).await.click().await.unwrap();
    let name = browser.wait_for(By::Css("dialog[open] h2 bdi")).await;
    name.prop("textContent").await.unwrap().unwrap()
}

/// Returns all texts, tooltips and labels of the page with invisible characters.
async fn invisible(browser: &Browser) -> Vec<String> {
    let script = format!(
        "const texts = [document.title];
        for (const element of document.querySelectorAll('body *')) {{
            texts.push(...['title', 'aria-label'].map(name => element.getAttribute(name) ?? ''));
            if (!element.childElementCount) texts.push(element.textContent);
        }}
        return texts.filter(text => {INVISIBLE}.test(text))"
    );
    browser.execute(&script).await
}

#[tokio::test]
async fn jobs_of_the_same_name_differ_in_palette_and_question() {
    let server = console_emulator(JOBS);
    let (browser, key) = open_hostile_jobs(&server).await;
    let names = search(&browser, "The same name").await;
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(names.len() > 1 && distinct.len() == names.len(), "{names:?}");
    browser.check_appearances("palette-same-names").await;
    browser.press_keys(Key::Escape).await;

    let jobs = server.call_as(&key, paths::list_jobs()).await.json();
    let jobs = jobs.as_array().unwrap().iter().filter(|job| job["Name"] == "The same name");
    let mut asked = Vec::new();
    for job in jobs.take(2) {
        let id = job["Id"].as_str().unwrap();
        browser.page.goto(format!("{}/#/?name={id}", server.address())).await.unwrap();
        asked.push(name_in_question(&browser, id).await);
        browser.press_keys(Key::Escape).await;
        browser.wait_for(By::XPath("//body[not(.//dialog[@open])]")).await;
    }
    assert!(asked.len() == 2 && asked[0] != asked[1], "{asked:?}");
}

#[tokio::test]
async fn invisible_characters_of_names_are_shown() {
    let server = console_emulator(JOBS);
    let (browser, key) = open_hostile_jobs(&server).await;
    let jobs = server.call_as(&key, paths::list_jobs()).await.json();
    let mut count = 0;
    for job in jobs.as_array().unwrap() {
        let (id, name) = (job["Id"].as_str().unwrap(), job["Name"].as_str().unwrap());
        if !name.contains(['\0', '\u{1b}', '\u{200b}', '\u{202e}']) || count == 4 {
            continue;
        }
        count += 1;
        assert_eq!(search(&browser, id).await.len(), 1);
        assert_eq!(invisible(&browser).await, [] as [&str; 0], "palette: {name:?}");
        browser.press_keys(Key::Escape).await;
        browser.page.goto(format!("{}/#/?name={id}", server.address())).await.unwrap();
        name_in_question(&browser, id).await;
        assert_eq!(invisible(&browser).await, [] as [&str; 0], "question: {name:?}");
        browser.press_keys(Key::Escape).await;
        browser.wait_for(By::XPath("//body[not(.//dialog[@open])]")).await;
    }
    assert!(count > 0);
}
