//! The pages beside the API: the root, the console, and its configuration.

use serde_json::json;
use tempfile::TempDir;
use txjobs_gateway::server::ServerOptions;
use txjobs_sdk::ApiKey;
use txjobs_test_support::test_app::{CONFIG, TestApp};

#[tokio::test]
async fn root_without_a_console_describes_the_gateway() {
    let app = TestApp::without_runner().await;
    let root = app.get("/", &[]).await;
    assert_eq!(root.status, 200);
    assert!(root.text.contains("/public/jobs"));
    assert_eq!(app.get("/health", &[]).await.json(), json!({ "status": "ok" }));
    assert_eq!(app.get("/nothing", &[]).await.status, 404);
}

#[tokio::test]
async fn console_files_have_their_headers() {
    let files = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(files.path().join(name), text).unwrap();
    write("index.html", "<!doctype html>");
    write("app-0123456789abcdef_bg.wasm", "wasm");
    write("app-0123456789abcdef_bg.wasm.br", "smaller");
    write("config.json", "{\"name\":\"the file\"}");
    let app = TestApp::with_console(files.path()).await;

    let index = app.get("/", &[("origin", "https://example.org")]).await;
    assert_eq!((index.status, index.text.as_str()), (200, "<!doctype html>"));
    assert_eq!(index.header("cache-control"), "no-cache");
    assert_eq!(index.header("x-content-type-options"), "nosniff");
    assert_eq!(index.header("referrer-policy"), "no-referrer");
    assert!(
        index.header("content-security-policy").starts_with("default-src 'none'; script-src 'self' 'wasm")
    );
    assert_eq!(index.header("access-control-allow-origin"), "");

    let wasm = app.get("/app-0123456789abcdef_bg.wasm", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!((wasm.header("content-type"), wasm.header("content-encoding")), ("application/wasm", "br"));
    assert_eq!(wasm.text, "smaller");
    assert_eq!(wasm.header("cache-control"), "public, max-age=31536000, immutable");

    let config = app.get("/config.json", &[("origin", "https://example.org")]).await;
    assert_eq!(config.json(), json!({ "name": "Gateway", "domain": "./", "keyHeader": "apiKey" }));
    assert_eq!(config.header("access-control-allow-origin"), "");
    assert_eq!(app.get("/app-fedcba9876543210.js", &[]).await.header("cache-control"), "no-cache");
    assert_eq!(app.get("/../Cargo.toml", &[]).await.status, 404);
}

#[tokio::test]
async fn demo_key_is_for_loopback_hosts_only() {
    let demo_key = Some(ApiKey::new("txg_demo").unwrap());
    let app =
        TestApp::with_options(ServerOptions { name: "Contoso".into(), console: None, demo_key, relay: None })
            .await;
    let here = app.get("/config.json", &[("host", "127.0.0.1:8400")]).await.json();
    assert_eq!(
        here,
        json!({ "name": "Contoso", "domain": "./", "keyHeader": "apiKey", "demoKey": "txg_demo" })
    );
    for host in ["example.org", "127.0.0.1.example.org:8400", ""] {
        let there = app.get("/config.json", &[("host", host)]).await;
        assert!(!there.expect_error(403).contains("txg_"), "{host}");
    }
}

#[tokio::test]
async fn long_responses_are_compressed_on_request() {
    let many_lines: String = (0..500).map(|n| format!("\"Line {n}\", ")).collect();
    let long = CONFIG.replace("\"Line 5\"", &many_lines);
    let app = TestApp::with_jobs(&long).await;
    app.run("Quick").await;
    let path = format!("/public/jobs/{}/logs", app.job("Quick"));
    let key = app.keys[0].expose().to_owned();
    for encoding in ["br", "gzip"] {
        let response = app.get(&path, &[("apiKey", &key), ("accept-encoding", encoding)]).await;
        assert_eq!(response.header("content-encoding"), encoding);
    }
    let plain = app.get(&path, &[("apiKey", &key)]).await;
    assert_eq!(plain.header("content-encoding"), "");
}
