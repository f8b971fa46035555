//! Unknown paths and wrong methods.

use std::path::PathBuf;

use axum::body::Body;
use axum::http::Request;
use tempfile::TempDir;
use txjobs_gateway::server::ServerOptions;
use txjobs_sdk::paths;

use crate::test_app::TestApp;

fn options(console: Option<PathBuf>) -> ServerOptions {
    ServerOptions { name: "Gateway".into(), console, demo_key: None }
}

/// Returns a gateway without a console, and one with a console.
async fn both() -> (TempDir, [TestApp; 2]) {
    let files = TempDir::new().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let with = TestApp::with_options(options(Some(files.path().into()))).await;
    (files, [TestApp::with_options(options(None)).await, with])
}

#[tokio::test]
async fn unknown_paths_are_refused_in_json_and_pages_may_read_it() {
    let (_files, apps) = both().await;
    let long = format!("/{}", "x".repeat(5000));
    for app in &apps {
        for path in [
            "/publik/jobs",
            "/Public/jobs",
            "/jobs",
            "/api/public/jobs",
            "/%70ublic/jobs",
            "/%ff",
            "/%00",
            "/%",
            "/../gateway.toml",
            "/%2e%2e/gateway.toml",
            "/docs/x",
            "/health/",
            &long,
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = app.raw(method, path).await;
                let words = answer.expect_error(404);
                assert!(words.contains("The operations begin at /public/jobs."), "{path}: {words}");
                assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
                assert_eq!(answer.header("content-type"), "application/json", "{method} {path}");
            }
            assert_eq!(app.raw("HEAD", path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn page_of_another_origin_can_read_the_refusal() {
    let (_files, apps) = both().await;
    for app in &apps {
        for path in ["/publik/jobs", "//public/jobs", "/public//jobs"] {
            let preflight = Request::options(path)
                .header("origin", "https://console.example.org")
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "apikey");
            let answer = app.send(preflight.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert!(answer.header("access-control-allow-headers").starts_with("apikey,"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_slash_too_many_is_named() {
    let (_files, apps) = both().await;
    let id = apps[0].job("Quick").to_string();
    for app in &apps {
        for (path, intended) in [
            ("//public/jobs".to_owned(), paths::LIST_JOBS),
            ("/public//jobs".to_owned(), paths::LIST_JOBS),
            ("/public/jobs/".to_owned(), paths::LIST_JOBS),
            ("///public///jobs///".to_owned(), paths::LIST_JOBS),
            (format!("/public//jobs/{id}/status"), paths::GET_JOB_STATUS),
            (format!("/public/jobs/{id}/logs/"), paths::GET_JOB_LOGS),
        ] {
            let answer = app.raw("GET", &path).await;
            let words = answer.expect_error(404);
            assert!(words.ends_with(&format!(": {}.", intended.template)), "{path}: {words}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        }
        // And it is not executed.
        let path = format!("/public//jobs/{id}/execute");
        app.raw("POST", &path).await.expect_error(404);
        assert!(app.store.claim_run(1, 1).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_in_json_and_the_right_ones_are_named() {
    let (_files, apps) = both().await;
    for (place, app) in apps.iter().enumerate() {
        for path in ["/", "/health", "/config.json", "/docs", "/docs/openapi.yaml"] {
            for method in ["POST", "DELETE", "OPTIONS"] {
                let answer = app.raw(method, path).await;
                answer.expect_error(405);
                assert_eq!(answer.header("allow"), "GET,HEAD", "{place} {method} {path}");
                assert_eq!(answer.header("access-control-allow-origin"), "");
            }
            let head = app.raw("HEAD", path).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn known_paths_are_not_readable_by_other_origins() {
    let (_files, [_, app]) = both().await;
    let page = Request::get("/index.html").header("origin", "https://other.example.org");
    let answer = app.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
}
