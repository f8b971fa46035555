//! Unknown paths and wrong methods.

use std::path::PathBuf;

use axum::body::Body;
use axum::http::Request;
use tempfile::TempDir;
use txjobs_gateway::server::Front;
use txjobs_sdk::paths;

use crate::house::{CONFIG, House};

fn front(console: Option<PathBuf>) -> Front {
    Front { name: "Gateway".into(), console, demo_key: None, admin: None }
}

/// Returns a gateway without a console, and one with a console.
async fn both() -> (TempDir, [House; 2]) {
    let files = TempDir::new().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let with = House::with(CONFIG, front(Some(files.path().into())), false).await;
    (files, [House::with(CONFIG, front(None), false).await, with])
}

#[tokio::test]
async fn unknown_paths_are_refused_in_json_and_pages_may_read_it() {
    let (_files, houses) = both().await;
    let long = format!("/{}", "x".repeat(5000));
    for house in &houses {
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
                let answer = house.raw(method, path).await;
                let words = answer.refused(404);
                assert!(words.contains("The operations begin at /public/jobs."), "{path}: {words}");
                assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
                assert_eq!(answer.header("content-type"), "application/json", "{method} {path}");
            }
            assert_eq!(house.raw("HEAD", path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn page_of_another_origin_can_read_the_refusal() {
    let (_files, houses) = both().await;
    for house in &houses {
        for path in ["/publik/jobs", "//public/jobs", "/public//jobs"] {
            let preflight = Request::options(path)
                .header("origin", "https://console.example.org")
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "apikey");
            let answer = house.send(preflight.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert!(answer.header("access-control-allow-headers").starts_with("apikey,"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_slash_too_many_is_named() {
    let (_files, houses) = both().await;
    let id = houses[0].job("Quick").to_string();
    for house in &houses {
        for (path, intended) in [
            ("//public/jobs".to_owned(), paths::LIST_JOBS),
            ("/public//jobs".to_owned(), paths::LIST_JOBS),
            ("/public/jobs/".to_owned(), paths::LIST_JOBS),
            ("///public///jobs///".to_owned(), paths::LIST_JOBS),
            (format!("/public//jobs/{id}/status"), paths::GET_JOB_STATUS),
            (format!("/public/jobs/{id}/logs/"), paths::GET_JOB_LOGS),
        ] {
            let answer = house.raw("GET", &path).await;
            let words = answer.refused(404);
            assert!(words.ends_with(&format!(": {}.", intended.template)), "{path}: {words}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        }
        // And it is not executed.
        let path = format!("/public//jobs/{id}/execute");
        house.raw("POST", &path).await.refused(404);
        assert!(house.store.claim_run(1, 1).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_in_json_and_the_right_ones_are_named() {
    let (_files, houses) = both().await;
    for (place, house) in houses.iter().enumerate() {
        for path in ["/", "/health", "/config.json", "/docs", "/docs/openapi.yaml"] {
            for method in ["POST", "DELETE", "OPTIONS"] {
                let answer = house.raw(method, path).await;
                answer.refused(405);
                assert_eq!(answer.header("allow"), "GET,HEAD", "{place} {method} {path}");
                assert_eq!(answer.header("access-control-allow-origin"), "");
            }
            let head = house.raw("HEAD", path).await;
            assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn known_paths_are_not_readable_by_other_origins() {
    let (_files, [_, house]) = both().await;
    let page = Request::get("/index.html").header("origin", "https://other.example.org");
    let answer = house.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
}
