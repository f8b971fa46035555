//! The console as its tests use it.

use thirtyfour::prelude::*;

use crate::{browser::Browser, gateway::Gateway};

/// Opens the console and connects with the gateway's key.
pub async fn connected(gateway: &Gateway) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(gateway.address()).await.unwrap();
    connect(&browser, gateway.key()).await;
    browser.see_text("h1", "Jobs").await;
    browser
}

/// Fills in the key and connects.
pub async fn connect(browser: &Browser, key: &str) {
    browser.field("API key").await.send_keys(key).await.unwrap();
    browser.press("Connect").await;
}

/// Where the browser is.
pub async fn address(browser: &Browser) -> String {
    browser.page.current_url().await.unwrap().to_string()
}

/// The text of each line of the log that is in the document.
pub async fn lines(browser: &Browser) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[role=log] [data-line] bdi')].map(e => e.textContent)";
    browser.page.execute(script, vec![]).await.unwrap().convert().unwrap()
}

/// The line with this text, once it is there.
pub async fn see_line(browser: &Browser, text: &str) -> WebElement {
    browser.see(By::XPath(format!("//*[@role='log']//*[@data-line][contains(., \"{text}\")]"))).await
}
