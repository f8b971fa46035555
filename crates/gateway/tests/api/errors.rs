//! What every operation has in common: who is let in, what is said to others, and what pages may do.

use axum::body::Body;
use axum::http::Request;
use txjobs_sdk::{ApiKey, paths};

use crate::test_app::TestApp;

fn path(template: &str, app: &TestApp) -> String {
    let job = app.job("Quick").to_string();
    template.replace("{job_id}", &job).replace("{trigger_id}", &job)
}

#[tokio::test]
async fn no_operation_without_a_key() {
    let app = TestApp::without_runner().await;
    let wrong = ApiKey::new("txg_wrong").unwrap();
    for operation in paths::ALL {
        let bare =
            || Request::builder().method(operation.method.as_str()).uri(path(operation.template, &app));
        let missing = app.send(bare().body(Body::empty()).unwrap()).await;
        let known = app.keys[0].expose();
        let twice = bare().header("apiKey", known).header("apiKey", known);
        let twice = app.send(twice.body(Body::empty()).unwrap()).await;
        let wrong = app.send(bare().header("apiKey", wrong.expose()).body(Body::empty()).unwrap()).await;
        let odd = app.send(bare().header("apiKey", b"\xff".as_slice()).body(Body::empty()).unwrap()).await;
        for answer in [missing, wrong, twice, odd] {
            assert_eq!(answer.expect_error(401), "The API key is missing or wrong.", "{}", operation.id);
            assert_eq!(answer.header("www-authenticate"), "ApiKey");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs");
        }
    }
    assert!(app.store.claim_run(1, 1).await.unwrap().is_none(), "nothing was started");
}

#[tokio::test]
async fn who_has_no_key_learns_nothing_of_parameters() {
    let app = TestApp::without_runner().await;
    let request = Request::get("/public/jobs/x/logs?limit=0").body(Body::empty()).unwrap();
    app.send(request).await.expect_error(401);
}

#[tokio::test]
async fn unknown_paths_and_methods_have_the_envelope() {
    let app = TestApp::without_runner().await;
    for path in
        ["/public", "/public/", "/public/x", "/public/jobs/", "/public/jobs/x", "/public/jobs/x/y/z/w"]
    {
        let answer = app.raw("GET", path).await;
        answer.expect_error(404);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    for operation in paths::ALL {
        let answer = app.raw("DELETE", &path(operation.template, &app)).await;
        answer.expect_error(405);
        assert!(answer.header("allow").split(',').any(|m| m == operation.method.as_str()));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_large_body_is_refused_unread() {
    let app = TestApp::without_runner().await;
    let path = path(paths::EXECUTE_JOB.template, &app);
    let request = Request::post(path).header("content-length", "70000").body(Body::empty()).unwrap();
    app.send(request).await.expect_error(413);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_said_in_the_envelope() {
    let app = TestApp::without_runner().await;
    app.store.close().await;
    let answer = app.call(paths::list_jobs()).await;
    answer.expect_error(503);
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(app.raw("GET", "/health").await.status, 503);
}

#[tokio::test]
async fn a_preflight_needs_no_key() {
    let app = TestApp::without_runner().await;
    for operation in paths::ALL {
        let request = Request::options(path(operation.template, &app))
            .header("origin", "https://console.example.org")
            .header("access-control-request-method", operation.method.as_str())
            .header("access-control-request-headers", "apikey")
            .header("access-control-request-private-network", "true");
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "GET,POST,OPTIONS");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "apikey,x-api-key,content-type,if-none-match"
        );
        assert_eq!(answer.header("access-control-max-age"), "3600");
        assert_eq!(answer.header("access-control-allow-private-network"), "true");
    }
    let exposed = app.call(paths::list_jobs()).await;
    assert_eq!(exposed.header("access-control-expose-headers"), "x-txjobs-extensions,retry-after,etag");
}

#[tokio::test]
async fn another_header_name() {
    let text = format!("key_header = \"X-Our-Key\"\n{}", crate::test_app::CONFIG);
    let app = TestApp::with_jobs(&text).await;
    app.call(paths::list_jobs()).await.expect_error(401);
    let request = Request::get("/public/jobs").header("x-our-key", app.keys[0].expose());
    app.send(request.body(Body::empty()).unwrap()).await.expect_ok();
    let preflight = app.send(Request::options("/public/jobs").body(Body::empty()).unwrap()).await;
    assert!(preflight.header("access-control-allow-headers").starts_with("x-our-key,"));
}

#[tokio::test]
async fn the_file_holds_no_key() {
    let app = TestApp::with_runner().await;
    app.run("Quick").await;
    app.store.close().await;
    for key in &app.keys {
        let secret = key.expose().strip_prefix("txg_").unwrap();
        for file in std::fs::read_dir(app.folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for part in [secret, &secret[..20]] {
                assert!(!bytes.windows(part.len()).any(|w| w == part.as_bytes()));
            }
        }
    }
}
