//! Errors that all operations share, and CORS.

use axum::body::Body;
use axum::http::Request;
use txjobs_sdk::{ApiKey, paths};
use txjobs_test_support::test_app::TestApp;

fn path(template: &str, app: &TestApp) -> String {
    let job = app.job("Quick").to_string();
    template.replace("{job_id}", &job).replace("{trigger_id}", &job)
}

#[tokio::test]
async fn operation_without_a_valid_key_is_refused() {
    let app = TestApp::without_runner().await;
    let wrong = ApiKey::new("txg_wrong").unwrap();
    for operation in paths::ALL {
        let request =
            || Request::builder().method(operation.method.as_str()).uri(path(operation.template, &app));
        let missing = app.send(request().body(Body::empty()).unwrap()).await;
        let known = app.keys[0].expose();
        let twice = request().header("apiKey", known).header("apiKey", known);
        let twice = app.send(twice.body(Body::empty()).unwrap()).await;
        let wrong = app.send(request().header("apiKey", wrong.expose()).body(Body::empty()).unwrap()).await;
        let not_text =
            app.send(request().header("apiKey", b"\xff".as_slice()).body(Body::empty()).unwrap()).await;
        for response in [missing, wrong, twice, not_text] {
            assert_eq!(response.expect_error(401), "The API key is missing or wrong.", "{}", operation.id);
            assert_eq!(response.header("www-authenticate"), "ApiKey");
            assert_eq!(response.header("access-control-allow-origin"), "*");
            assert_eq!(response.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs, executions");
        }
    }
    assert!(app.claim_run(1).await.is_none(), "no run was started");
}

#[tokio::test]
async fn request_without_a_key_gets_no_parameter_errors() {
    let app = TestApp::without_runner().await;
    let request = Request::get("/public/jobs/x/logs?limit=0").body(Body::empty()).unwrap();
    app.send(request).await.expect_error(401);
}

#[tokio::test]
async fn unknown_paths_and_methods_get_an_error_body() {
    let app = TestApp::without_runner().await;
    for path in
        ["/public", "/public/", "/public/x", "/public/jobs/", "/public/jobs/x", "/public/jobs/x/y/z/w"]
    {
        let response = app.call_path("GET", path).await;
        response.expect_error(404);
        assert_eq!(response.header("access-control-allow-origin"), "*");
    }
    for operation in paths::ALL {
        let response = app.call_path("DELETE", &path(operation.template, &app)).await;
        response.expect_error(405);
        assert!(response.header("allow").split(',').any(|m| m == operation.method.as_str()));
        assert_eq!(response.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn large_body_is_refused_before_it_is_read() {
    let app = TestApp::without_runner().await;
    let path = path(paths::EXECUTE_JOB.template, &app);
    let request = Request::post(path).header("content-length", "70000").body(Body::empty()).unwrap();
    app.send(request).await.expect_error(413);
}

#[tokio::test]
async fn closed_store_is_reported_in_the_error_body() {
    let app = TestApp::without_runner().await;
    app.store.close().await;
    let response = app.call(paths::list_jobs()).await;
    response.expect_error(503);
    assert_eq!(response.header("retry-after"), "5");
    assert_eq!(app.call_path("GET", "/health").await.status, 503);
}

#[tokio::test]
async fn preflight_needs_no_key() {
    let app = TestApp::without_runner().await;
    for operation in paths::ALL {
        let request = Request::options(path(operation.template, &app))
            .header("origin", "https://console.example.org")
            .header("access-control-request-method", operation.method.as_str())
            .header("access-control-request-headers", "apikey")
            .header("access-control-request-private-network", "true");
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((response.status, response.text.as_str()), (200, ""));
        assert_eq!(response.header("access-control-allow-origin"), "*");
        assert_eq!(response.header("access-control-allow-methods"), "GET,POST,OPTIONS");
        assert_eq!(
            response.header("access-control-allow-headers"),
            "apikey,x-api-key,content-type,if-none-match"
        );
        assert_eq!(response.header("access-control-max-age"), "3600");
        assert_eq!(response.header("access-control-allow-private-network"), "true");
    }
    let exposed = app.call(paths::list_jobs()).await;
    assert_eq!(
        exposed.header("access-control-expose-headers"),
        "x-txjobs-extensions,x-request-id,retry-after,etag"
    );
}

#[tokio::test]
async fn configured_key_header_replaces_the_default() {
    let text = format!("key_header = \"X-Our-Key\"\n{}", txjobs_test_support::test_app::CONFIG);
    let app = TestApp::with_jobs(&text).await;
    app.call(paths::list_jobs()).await.expect_error(401);
    let request = Request::get("/public/jobs").header("x-our-key", app.keys[0].expose());
    app.send(request.body(Body::empty()).unwrap()).await.expect_ok();
    let preflight = app.send(Request::options("/public/jobs").body(Body::empty()).unwrap()).await;
    assert!(preflight.header("access-control-allow-headers").starts_with("x-our-key,"));
}

#[tokio::test]
async fn database_contains_no_key() {
    let app = TestApp::with_runner().await;
    app.run("Quick").await;
    app.store.close().await;
    for key in &app.keys {
        let secret = key.expose().strip_prefix("txg_").unwrap();
        for file in std::fs::read_dir(app.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for part in [secret, &secret[..20]] {
                assert!(!bytes.windows(part.len()).any(|w| w == part.as_bytes()));
            }
        }
    }
}
