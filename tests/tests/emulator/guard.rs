//! Access to the admin API, and its errors.

use std::process::Command;

use reqwest::StatusCode;
use txjobs_test_support::{CommandOutput, TestServer, program};

use crate::{JOBS, send_raw};

/// The configuration of a gateway.
const COMMAND: &str =
    "[[organization]]\nname = \"Test\"\n[[organization.job]]\nname = \"Load\"\ncommand = [\"true\"]\n";

#[tokio::test]
async fn gateway_has_no_admin_api() {
    let server = TestServer::gateway(COMMAND);
    let response = send_raw(server.address(), "GET /admin/clock HTTP/1.1\r\n");
    assert_eq!(response.status, 404, "{response:?}");
    assert!(send_raw(server.address(), "POST /admin/reset HTTP/1.1\r\n").status >= 404);
}

#[tokio::test]
async fn admin_api_requires_its_token_and_sends_no_cors_headers() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let token = admin.request(reqwest::Method::GET, "/clock").build().unwrap();
    let token = token.headers()["authorization"].to_str().unwrap().to_owned();
    for (header, status) in [
        (String::new(), 401),
        ("authorization: Bearer wrong\r\n".to_owned(), 401),
        (format!("authorization: Bearer {}\r\n", server.key()), 401),
        (format!("apiKey: {}\r\n", server.key()), 401),
        (format!("authorization: {}\r\n", token.replace("Bearer ", "Basic ")), 401),
        (format!("authorization: {token}\r\nauthorization: {token}\r\n"), 401),
        (format!("authorization: {token}\r\norigin: https://a.example\r\n"), 200),
        (format!("authorization: {}\r\n", token.replace("Bearer ", "bearer ")), 200),
    ] {
        let response = send_raw(server.address(), &format!("GET /admin/clock HTTP/1.1\r\n{header}"));
        assert_eq!(response.status, status, "{header}");
        assert!(
            response.headers.iter().all(|(name, _)| !name.starts_with("access-control-")),
            "{response:?}"
        );
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert!(
            status == 200 || response.json()["message"].as_str().unwrap().contains("token"),
            "{response:?}"
        );
    }
    let preflight = "OPTIONS /admin/clock HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n";
    let response = send_raw(server.address(), preflight);
    assert!(
        response.status >= 400 && response.header("access-control-allow-origin").is_none(),
        "{response:?}"
    );
    assert!(!server.log().contains(token.trim_start_matches("Bearer ")), "the token is in no log");
}

#[tokio::test]
async fn host_header_that_is_not_loopback_is_refused() {
    let server = TestServer::emulator(JOBS);
    let request = server.admin().request(reqwest::Method::GET, "/clock").header("host", "rebound.example");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[test]
fn remote_address_and_short_token_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("gateway.toml"), JOBS).unwrap();
    let serve = |options: &[&str], token: Option<&str>| {
        let mut serve = Command::new(program("txjobs-emulator"));
        serve.arg("serve").args(options).current_dir(folder.path());
        if let Some(token) = token {
            serve.env("TXJOBS_ADMIN_TOKEN", token);
        }
        CommandOutput::of(&mut serve)
    };
    let refused = serve(&["--listen", "0.0.0.0:0"], None);
    assert!(refused.code != 0 && refused.stderr.contains("--admin-remote"), "{refused:?}");
    let refused = serve(&["--listen", "127.0.0.1:0"], Some("short"));
    assert_ne!(refused.code, 0);
    let error = &refused.stderr;
    assert!(error.contains("TXJOBS_ADMIN_TOKEN") && !error.contains("short\""), "{error}");
}

#[tokio::test]
async fn invalid_request_is_refused_with_the_reason() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let send = async |method: reqwest::Method, path: &str, body: &str| {
        let (status, body) = admin.send_text(method, path, body).await;
        (status, body["message"].as_str().unwrap().to_owned())
    };
    for (method, path, body, status, word) in [
        ("PUT", "/clock", r#"{"speed":-1}"#, 400, "speed"),
        ("PUT", "/clock", r#"{"time":"2026-03-14T02:00:00"}"#, 400, "zone"),
        ("PUT", "/clock", r#"{"tempo":1}"#, 400, "tempo"),
        ("PUT", "/clock", "{", 400, "EOF"),
        ("POST", "/clock/advance", r#"{"by":"an hour"}"#, 400, "an hour"),
        ("POST", "/faults", r#"{"effect":{"kind":"explode"}}"#, 400, "explode"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":99}}"#, 400, "status"),
        ("PUT", "/behavior", r#"{"casing":"snake"}"#, 400, "snake"),
        ("PUT", "/behavior", r#"{"prefix":"x"}"#, 400, "prefix"),
        ("GET", "/faults/one", "", 400, "number"),
        ("GET", "/faults/7", "", 404, "rule"),
        ("DELETE", "/faults/7", "", 404, "rule"),
        ("GET", "/journal?operation=fly", "", 400, "fly"),
        ("GET", "/journal?limit=0", "", 400, "limit"),
        ("GET", "/journal?color=red", "", 400, "color"),
        ("GET", "/nothing", "", 404, "/admin/docs"),
        ("PATCH", "/clock", "", 405, "Allow"),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let (found, message) = send(method, path, body).await;
        assert_eq!(found, status, "{path} {body}: {message}");
        assert!(message.contains(word), "{path} {body}: {message}");
    }
    let untyped = admin.request(reqwest::Method::PUT, "/clock").body("{}").send().await.unwrap();
    assert_eq!(untyped.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!("{{\"by\":\"{}\"}}", "9".repeat(100_000));
    assert_eq!(send(reqwest::Method::POST, "/clock/advance", &long).await.0, 413);
}
