//! Unknown paths and wrong methods.

use axum::body::Body;
use axum::http::Request;
use tempfile::TempDir;
use txjobs_sdk::paths;
use txjobs_test_support::test_app::TestApp;

/// Creates a gateway without a console, and one with a console.
async fn both_apps() -> (TempDir, [TestApp; 2]) {
    let files = TempDir::new().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let with_console = TestApp::with_console(files.path()).await;
    (files, [TestApp::without_runner().await, with_console])
}

#[tokio::test]
async fn unknown_path_gets_an_error_body_with_cors() {
    let (_files, apps) = both_apps().await;
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
                let response = app.call_path(method, path).await;
                let message = response.expect_error(404);
                assert!(message.contains("The operations begin at /public/jobs."), "{path}: {message}");
                assert_eq!(response.header("access-control-allow-origin"), "*", "{method} {path}");
                assert_eq!(response.header("content-type"), "application/json", "{method} {path}");
            }
            assert_eq!(app.call_path("HEAD", path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn preflight_of_an_unknown_path_succeeds() {
    let (_files, apps) = both_apps().await;
    for app in &apps {
        for path in ["/publik/jobs", "//public/jobs", "/public//jobs"] {
            let preflight = Request::options(path)
                .header("origin", "https://console.example.org")
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "apikey");
            let response = app.send(preflight.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status, 200, "{path}");
            assert_eq!(response.header("access-control-allow-origin"), "*");
            assert!(response.header("access-control-allow-headers").starts_with("apikey,"), "{path}");
        }
    }
}

#[tokio::test]
async fn extra_slash_is_reported_with_the_correct_path() {
    let (_files, apps) = both_apps().await;
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
            let response = app.call_path("GET", &path).await;
            let message = response.expect_error(404);
            assert!(message.ends_with(&format!(": {}.", intended.template)), "{path}: {message}");
            assert_eq!(response.header("access-control-allow-origin"), "*", "{path}");
        }
        // The job is not executed.
        let path = format!("/public//jobs/{id}/execute");
        app.call_path("POST", &path).await.expect_error(404);
        assert!(app.claim_run(1).await.is_none());
    }
}

#[tokio::test]
async fn wrong_method_gets_an_error_body_with_the_allowed_ones() {
    let (_files, apps) = both_apps().await;
    for (position, app) in apps.iter().enumerate() {
        for path in ["/", "/health", "/config.json", "/docs", "/docs/openapi.yaml"] {
            for method in ["POST", "DELETE", "OPTIONS"] {
                let response = app.call_path(method, path).await;
                response.expect_error(405);
                assert_eq!(response.header("allow"), "GET,HEAD", "{position} {method} {path}");
                assert_eq!(response.header("access-control-allow-origin"), "");
            }
            let head = app.call_path("HEAD", path).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn console_is_not_readable_by_other_origins() {
    let (_files, [_, app]) = both_apps().await;
    let page = Request::get("/index.html").header("origin", "https://other.example.org");
    let response = app.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!((response.status, response.header("access-control-allow-origin")), (200, ""));
}
