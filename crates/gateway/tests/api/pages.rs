//! What is served beside the contract.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tempfile::TempDir;
use txjobs_gateway::server::ServerOptions;
use txjobs_sdk::ApiKey;

use crate::test_app::{CONFIG, TestApp, TestResponse};

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn without_a_console_the_root_says_what_this_is() {
    let app = TestApp::without_runner().await;
    let root = get(&app, "/", &[]).await;
    assert_eq!(root.status, 200);
    assert!(root.text.contains("/public/jobs"));
    assert_eq!(get(&app, "/health", &[]).await.json(), json!({ "status": "ok" }));
    assert_eq!(get(&app, "/nothing", &[]).await.status, 404);
}

#[tokio::test]
async fn the_console_with_its_headers() {
    let files = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(files.path().join(name), text).unwrap();
    write("index.html", "<!doctype html>");
    write("app-0123456789abcdef_bg.wasm", "wasm");
    write("app-0123456789abcdef_bg.wasm.br", "smaller");
    write("config.json", "{\"name\":\"the file\"}");
    let options =
        ServerOptions { name: "Gateway".into(), console: Some(files.path().into()), demo_key: None };
    let app = TestApp::with_options(options).await;

    let index = get(&app, "/", &[("origin", "https://example.org")]).await;
    assert_eq!((index.status, index.text.as_str()), (200, "<!doctype html>"));
    assert_eq!(index.header("cache-control"), "no-cache");
    assert_eq!(index.header("x-content-type-options"), "nosniff");
    assert_eq!(index.header("referrer-policy"), "no-referrer");
    assert!(
        index.header("content-security-policy").starts_with("default-src 'none'; script-src 'self' 'wasm")
    );
    assert_eq!(index.header("access-control-allow-origin"), "");

    let wasm = get(&app, "/app-0123456789abcdef_bg.wasm", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!((wasm.header("content-type"), wasm.header("content-encoding")), ("application/wasm", "br"));
    assert_eq!(wasm.text, "smaller");
    assert_eq!(wasm.header("cache-control"), "public, max-age=31536000, immutable");

    let config = get(&app, "/config.json", &[("origin", "https://example.org")]).await;
    assert_eq!(config.json(), json!({ "name": "Gateway", "domain": "./", "keyHeader": "apiKey" }));
    assert_eq!(config.header("access-control-allow-origin"), "");
    assert_eq!(get(&app, "/app-fedcba9876543210.js", &[]).await.header("cache-control"), "no-cache");
    assert_eq!(get(&app, "/../Cargo.toml", &[]).await.status, 404);
}

#[tokio::test]
async fn the_demo_key_is_for_this_machine() {
    let demo_key = Some(ApiKey::new("txg_demo").unwrap());
    let app = TestApp::with_options(ServerOptions { name: "Contoso".into(), console: None, demo_key }).await;
    let here = get(&app, "/config.json", &[("host", "127.0.0.1:8400")]).await.json();
    assert_eq!(
        here,
        json!({ "name": "Contoso", "domain": "./", "keyHeader": "apiKey", "demoKey": "txg_demo" })
    );
    for host in ["example.org", "127.0.0.1.example.org:8400", ""] {
        let there = get(&app, "/config.json", &[("host", host)]).await;
        assert!(!there.expect_error(403).contains("txg_"), "{host}");
    }
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_can_read_it() {
    let many_lines: String = (0..500).map(|n| format!("\"Line {n}\", ")).collect();
    let long = CONFIG.replace("\"Line 5\"", &many_lines);
    let app = TestApp::with_jobs(&long).await;
    app.run("Quick").await;
    let path = format!("/public/jobs/{}/logs", app.job("Quick"));
    let key = app.keys[0].expose().to_owned();
    for encoding in ["br", "gzip"] {
        let answer = get(&app, &path, &[("apiKey", &key), ("accept-encoding", encoding)]).await;
        assert_eq!(answer.header("content-encoding"), encoding);
    }
    let plain = get(&app, &path, &[("apiKey", &key)]).await;
    assert_eq!(plain.header("content-encoding"), "");
}
