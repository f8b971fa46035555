use std::process::Command;

use reqwest::StatusCode;
use txjobs_tests::{gateway::Gateway, program};

use crate::{JOBS, ask};

/// A job that the gateway can run.
const COMMAND: &str =
    "[[organization]]\nname = \"Test\"\n[[organization.job]]\nname = \"Load\"\ncommand = [\"true\"]\n";

#[tokio::test]
async fn gateway_has_no_admin_api() {
    let gateway = Gateway::start(COMMAND);
    let answer = ask(gateway.address(), "GET /admin/clock HTTP/1.1\r\n");
    assert_eq!(answer.status, 404, "{answer:?}");
    assert!(ask(gateway.address(), "POST /admin/reset HTTP/1.1\r\n").status >= 404);
}

#[tokio::test]
async fn only_its_token_opens_it_and_no_page_of_another_origin_reads_it() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let token = admin.request(reqwest::Method::GET, "/clock").build().unwrap();
    let token = token.headers()["authorization"].to_str().unwrap().to_owned();
    for (header, status) in [
        (String::new(), 401),
        ("authorization: Bearer wrong\r\n".to_owned(), 401),
        (format!("authorization: Bearer {}\r\n", gateway.key()), 401),
        (format!("apiKey: {}\r\n", gateway.key()), 401),
        (format!("authorization: {}\r\n", token.replace("Bearer ", "Basic ")), 401),
        (format!("authorization: {token}\r\nauthorization: {token}\r\n"), 401),
        (format!("authorization: {token}\r\norigin: https://a.example\r\n"), 200),
        (format!("authorization: {}\r\n", token.replace("Bearer ", "bearer ")), 200),
    ] {
        let answer = ask(gateway.address(), &format!("GET /admin/clock HTTP/1.1\r\n{header}"));
        assert_eq!(answer.status, status, "{header}");
        assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(status == 200 || answer.json()["message"].as_str().unwrap().contains("token"), "{answer:?}");
    }
    let preflight = "OPTIONS /admin/clock HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET\r\n";
    let answer = ask(gateway.address(), preflight);
    assert!(answer.status >= 400 && answer.header("access-control-allow-origin").is_none(), "{answer:?}");
    assert!(!gateway.log().contains(token.trim_start_matches("Bearer ")), "the token is in no log");
}

#[tokio::test]
async fn a_stranger_s_name_for_this_machine_is_refused() {
    let gateway = Gateway::emulator(JOBS);
    let request = gateway.admin().request(reqwest::Method::GET, "/clock").header("host", "rebound.example");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[test]
fn others_reach_it_only_if_told_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("gateway.toml"), JOBS).unwrap();
    let serve = |options: &[&str], token: Option<&str>| {
        let mut serve = Command::new(program("txjobs-emulator"));
        serve.arg("serve").args(options).current_dir(folder.path());
        if let Some(token) = token {
            serve.env("TXJOBS_ADMIN_TOKEN", token);
        }
        serve.output().unwrap()
    };
    let refused = serve(&["--listen", "0.0.0.0:0"], None);
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && words.contains("--admin-remote"), "{words}");
    let refused = serve(&["--listen", "127.0.0.1:0"], Some("short"));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && words.contains("TXJOBS_ADMIN_TOKEN") && !words.contains("short\""),
        "{words}"
    );
}

#[tokio::test]
async fn what_it_cannot_read_it_refuses_and_says_why() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let refused = async |method: reqwest::Method, path: &str, body: &str| {
        let request = admin.request(method, path).header("content-type", "application/json");
        let answer = request.body(body.to_owned()).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: serde_json::Value = answer.json().await.unwrap();
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
        let (found, message) = refused(method, path, body).await;
        assert_eq!(found, status, "{path} {body}: {message}");
        assert!(message.contains(word), "{path} {body}: {message}");
    }
    let untyped = admin.request(reqwest::Method::PUT, "/clock").body("{}").send().await.unwrap();
    assert_eq!(untyped.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!("{{\"by\":\"{}\"}}", "9".repeat(100_000));
    assert_eq!(refused(reqwest::Method::POST, "/clock/advance", &long).await.0, 413);
}
