//! The limit of requests with wrong keys.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use txjobs_test_support::TestResponse;
use txjobs_test_support::test_app::TestApp;

/// The most failed attempts at once.
const MAX_BURST: usize = 20;

async fn call(app: &TestApp, address: &str, key: Option<&str>) -> TestResponse {
    let address: SocketAddr = address.parse().unwrap();
    let mut request = Request::get("/public/jobs").extension(ConnectInfo(address));
    if let Some(key) = key {
        request = request.header("apiKey", key);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

/// Sends wrong keys until the address is limited.
async fn exhaust(app: &TestApp, address: &str) {
    for n in 0..MAX_BURST {
        call(app, address, Some(&format!("txg_{n}"))).await.expect_error(401);
    }
}

#[tokio::test]
async fn too_many_wrong_keys_get_429() {
    let app = TestApp::without_runner().await;
    exhaust(&app, "192.0.2.1:1000").await;
    // From another port, and with a key that is not text.
    for key in ["txg_wrong", "", "\u{e9}"] {
        let response = call(&app, "192.0.2.1:2000", Some(key)).await;
        let message = response.expect_error(429);
        assert!(message.starts_with("The API key is wrong, and there were too many requests"), "{message}");
        let wait: u64 = response.header("retry-after").parse().unwrap();
        assert!((1..=3).contains(&wait), "{wait}");
        assert_eq!(response.header("access-control-allow-origin"), "*");
        assert!(response.header("access-control-expose-headers").contains("retry-after"));
    }
    call(&app, "192.0.2.2:1000", Some("txg_wrong")).await.expect_error(401);
}

#[tokio::test]
async fn valid_key_is_accepted_from_a_limited_address() {
    let app = TestApp::without_runner().await;
    exhaust(&app, "192.0.2.1:1").await;
    call(&app, "192.0.2.1:1", Some("txg_wrong")).await.expect_error(429);
    for key in &app.keys {
        call(&app, "192.0.2.1:1", Some(key.expose())).await.expect_ok();
    }
}

#[tokio::test]
async fn request_without_a_key_is_not_counted() {
    let app = TestApp::without_runner().await;
    for _ in 0..3 * MAX_BURST {
        call(&app, "192.0.2.1:1", None).await.expect_error(401);
    }
    exhaust(&app, "192.0.2.1:1").await;
    call(&app, "192.0.2.1:1", None).await.expect_error(401);
}

#[tokio::test]
async fn request_without_an_address_is_not_limited() {
    let app = TestApp::without_runner().await;
    for _ in 0..3 * MAX_BURST {
        app.get("/public/jobs", &[("apiKey", "txg_wrong")]).await.expect_error(401);
    }
}
