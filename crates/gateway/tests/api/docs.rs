//! The reference page of the API, and the specification as a file.

use tempfile::TempDir;

use crate::SPEC;
use txjobs_test_support::TestResponse;
use txjobs_test_support::test_app::TestApp;

async fn get(app: &TestApp, path: &str) -> TestResponse {
    app.get(path, &[]).await
}

async fn page() -> TestResponse {
    get(&TestApp::without_runner().await, "/docs").await
}

#[tokio::test]
async fn every_link_of_the_page_has_a_target() {
    let app = TestApp::without_runner().await;
    let page = get(&app, "/docs").await.text;
    let mut links: Vec<_> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    links.sort_unstable();
    links.dedup();
    assert!(links.len() > 40);
    for link in links {
        match link.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!("id=\"{id}\"")), "{link}"),
            // The link to the license leaves the site.
            None if link.starts_with("https://spdx.org/") => {}
            None => {
                let path = format!("/{}", link.trim_start_matches("./"));
                assert_eq!(get(&app, &path).await.status, 200, "{link}");
            }
        }
    }
}

#[tokio::test]
async fn page_loads_only_its_own_style_and_icon() {
    let response = page().await;
    assert_eq!((response.status, response.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = response.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert_eq!(response.header("x-content-type-options"), "nosniff");
    for unwanted in ["<script", " style=", "<style", " src=", " onclick=", "@import", "<form", "<iframe"] {
        assert!(!response.text.contains(unwanted), "{unwanted}");
    }
    for link in response.text.split("<link").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        assert!(link.contains("href=\"docs/"), "{link}");
    }
    let style = get(&TestApp::without_runner().await, "/docs/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.text.contains("--ground") && style.text.contains("prefers-color-scheme: dark"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
}

#[tokio::test]
async fn specification_is_served_as_a_file() {
    let file = get(&TestApp::without_runner().await, "/docs/openapi.yaml").await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/yaml"));
    assert_eq!(file.text, SPEC);
}

#[tokio::test]
async fn page_is_served_beside_a_console() {
    let files = TempDir::new().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let app = TestApp::with_console(files.path()).await;
    assert_eq!(get(&app, "/").await.text, "<!doctype html>");
    assert!(get(&app, "/docs").await.text.contains("execute_job"));
    let slash = get(&app, "/docs/").await;
    assert_eq!((slash.status, slash.header("location")), (308, "../docs"));
    assert_eq!(get(&app, "/docs/nothing").await.status, 404);
}
