//! Tests the languages of the console in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::path::Path;

use serde_json::json;
use thirtyfour::prelude::*;
use txjobs_test_support::{
    ServerFolder,
    browser::Browser,
    console::{connect, console_emulator},
    root,
};

const NO_JOBS: &str = "[[organization]]\nname = \"Empty\"\n";

async fn language(browser: &Browser) -> String {
    let script = "return document.documentElement.lang";
    browser.page.execute(script, vec![]).await.unwrap().convert().unwrap()
}

/// Opens the console with a stored choice of the language.
async fn open_in(browser: &Browser, address: &str, code: &str) {
    browser.page.goto(&format!("{address}/config.json")).await.unwrap();
    let choose = format!("localStorage.setItem('txjobs.language', '{code}')");
    browser.page.execute(choose, vec![]).await.unwrap();
    browser.page.goto(&format!("{address}/?{code}")).await.unwrap();
}

#[tokio::test]
async fn texts_numbers_and_dates_follow_the_chosen_language() {
    let emulator = console_emulator(NO_JOBS);
    let seeded = emulator.admin().seed(json!({ "number": 7, "executions": 400 })).await;
    let browser = Browser::start().await;
    for (code, connect_label, jobs_title) in [("da", "Opret forbindelse", "Job"), ("de", "Verbinden", "Jobs")]
    {
        open_in(&browser, emulator.address(), code).await;
        browser.wait_for_text("button", connect_label).await;
        assert_eq!(language(&browser).await, code);
        browser.check_appearances(&format!("connect-{code}")).await;
        let field = browser.wait_for(By::Css("input[type=password]")).await;
        field.send_keys(&seeded.key).await.unwrap();
        browser.click_button(connect_label).await;
        browser.wait_for_text("h1", jobs_title).await;
        browser.check_appearances(&format!("jobs-{code}")).await;
    }
    // Settings offer each language by its own name.
    browser.page.execute("location.hash = '#/settings'", vec![]).await.unwrap();
    browser.wait_for_text("h2", "Darstellung").await;
    let choose = "const select = document.getElementById('language');
        const names = [...select.options].map(option => option.text);
        const shown = select.value;
        select.value = 'en';
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return names.slice(1).join() + ' ' + shown";
    let chosen: String = browser.page.execute(choose, vec![]).await.unwrap().convert().unwrap();
    assert_eq!(chosen, "English,Dansk,Deutsch de");
    let is_stored = "return localStorage.getItem('txjobs.language') === 'en'";
    while !browser.execute::<bool>(is_stored).await {}
    browser.page.goto(&format!("{}/?en", emulator.address())).await.unwrap();
    connect(&browser, &seeded.key).await;
    browser.wait_for_text("h1", "Jobs").await;
    assert_eq!(language(&browser).await, "en");
}

#[tokio::test]
async fn unknown_choice_is_the_language_of_the_browser() {
    let emulator = console_emulator(NO_JOBS);
    let browser = Browser::start().await;
    browser.page.goto(&format!("{}/config.json", emulator.address())).await.unwrap();
    let choose = "localStorage.setItem('txjobs.language', 'klingon')";
    browser.page.execute(choose, vec![]).await.unwrap();
    browser.page.goto(emulator.address()).await.unwrap();
    browser.wait_for_text("button", "Connect").await;
    assert_eq!(language(&browser).await, "en");
}

#[tokio::test]
async fn missing_translations_leave_the_console_in_english() {
    // The page of a host without the files of the languages.
    let console = tempfile::tempdir().unwrap();
    copy_folder(&root().join("web/dist"), console.path());
    std::fs::remove_dir_all(console.path().join("locales")).unwrap();
    let folder = ServerFolder::emulator(NO_JOBS);
    let emulator = folder.serve(&["--console", console.path().to_str().unwrap()]);
    let browser = Browser::start().await;
    open_in(&browser, emulator.address(), "de").await;
    browser.wait_for_text("button", "Connect").await;
    assert_eq!(language(&browser).await, "en", "the language that the texts have");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
