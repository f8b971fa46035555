//! Helpers for tests of the console.

use axum::{body::Body, http::Response};
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::program::root;
use crate::server_folder::ServerFolder;
use crate::test_server::TestServer;

/// Starts a server with these options that serves the console that trunk built.
#[must_use]
pub fn serve_console(folder: &ServerFolder, options: &[&str]) -> TestServer {
    let console = root().join("web/dist");
    folder.serve(&[&["--console", console.to_str().unwrap()], options].concat())
}

/// Returns a file of the console that trunk built, or 404.
#[must_use]
pub fn console_file(path: &str) -> Response<Body> {
    let name = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
    let content_type = match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/json",
    };
    match std::fs::read(root().join("web/dist").join(name)) {
        Ok(content) => Response::builder().header("content-type", content_type).body(content.into()).unwrap(),
        Err(_) => Response::builder().status(404).body(Body::empty()).unwrap(),
    }
}

/// Starts a gateway that serves the console.
#[must_use]
pub fn console_gateway(config: &str) -> TestServer {
    serve_console(&ServerFolder::gateway(config), &[])
}

/// Starts an emulator that serves the console.
#[must_use]
pub fn console_emulator(config: &str) -> TestServer {
    serve_console(&ServerFolder::emulator(config), &[])
}

/// Opens the console in a browser and connects with the server's key.
pub async fn open_connected(server: &TestServer) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, server.key()).await;
    browser.wait_for_text("h1", "Jobs").await;
    browser
}

/// Opens the console in Firefox and connects with the server's key.
pub async fn open_connected_in_firefox(server: &TestServer) -> Browser {
    let browser = Browser::start_firefox().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, server.key()).await;
    browser.wait_for_text("h1", "Jobs").await;
    browser
}

/// Enters the key and connects.
pub async fn connect(browser: &Browser, key: &str) {
    browser.field("API key").await.send_keys(key).await.unwrap();
    browser.click_button("Connect").await;
}

/// Returns the address of the page.
pub async fn address(browser: &Browser) -> String {
    browser.page.current_url().await.unwrap().to_string()
}

/// Returns the texts of the rendered log lines.
pub async fn lines(browser: &Browser) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[role=log] [data-line] bdi')].map(e => e.textContent)";
    browser.page.execute(script, vec![]).await.unwrap().convert().unwrap()
}

/// Waits for the log line with this text.
pub async fn wait_for_line(browser: &Browser, text: &str) -> WebElement {
    browser.wait_for(By::XPath(format!("//*[@role='log']//*[@data-line][contains(., \"{text}\")]"))).await
}
