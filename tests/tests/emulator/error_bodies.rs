//! The key in error bodies, and the time in the headers of errors.

use serde_json::json;
use txjobs_test_support::TestServer;

use crate::{JOBS, UNKNOWN_ID, get, send_raw};

const KINDS: [&str; 6] = ["message", "camelMessage", "problem", "plain", "html", "htmlMessage"];

#[tokio::test]
async fn errors_repeat_the_key_of_the_request() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let key = server.key();
    let path = format!("/public/jobs/{UNKNOWN_ID}/status");
    for kind in KINDS {
        admin.set_behavior(json!({ "errors": kind, "echoKey": true })).await;
        let response = get(&server, &path);
        assert!(response.status == 404 && response.body.contains(key), "{kind}: {response:?}");
        let wrong = send_raw(server.address(), &format!("GET {path} HTTP/1.1\r\napiKey: a-wrong-key\r\n"));
        assert!(wrong.status == 401 && wrong.body.contains("a-wrong-key"), "{kind}: {wrong:?}");
        let none = send_raw(server.address(), &format!("GET {path} HTTP/1.1\r\n"));
        assert!(none.status == 401 && !none.body.contains("API key a"), "{kind}: {none:?}");
        assert!(!get(&server, "/public/jobs").body.contains(key), "only errors repeat the key");
        // Errors of fault rules repeat the key, too, also in another format.
        for effect in [
            json!({ "kind": "status", "status": 500 }),
            json!({ "kind": "loseResponse", "body": kind }),
            json!({ "kind": "status", "status": 408, "body": kind }),
        ] {
            admin.add_fault(json!({ "effect": effect })).await;
            let response = get(&server, "/public/jobs");
            assert!(response.status >= 400 && response.body.contains(key), "{kind} {effect}: {response:?}");
            admin.clear_faults().await;
        }
        admin.set_behavior(json!({ "errors": kind })).await;
        assert!(!get(&server, &path).body.contains(key), "{kind}");
    }
    assert!(!server.log().contains(key));
}

#[tokio::test]
async fn key_of_another_header_is_repeated() {
    let server = TestServer::emulator(JOBS);
    let settings = json!({ "keyHeader": "x-tenant-key", "prefix": "/v2", "echoKey": true });
    server.admin().set_behavior(settings).await;
    let get = |path: &str| {
        let key = server.key();
        send_raw(server.address(), &format!("GET {path} HTTP/1.1\r\nx-tenant-key: {key}\r\n"))
    };
    assert!(get(&format!("/v2/public/jobs/{UNKNOWN_ID}/status")).body.contains(server.key()));
    assert!(get("/v2/public/nowhere").body.contains(server.key()), "a path without an operation");
}

#[tokio::test]
async fn message_of_an_html_page_comes_from_its_text() {
    let server = TestServer::emulator(JOBS);
    server.admin().set_behavior(json!({ "errors": "htmlMessage" })).await;
    let response = get(&server, &format!("/public/jobs/{UNKNOWN_ID}/status"));
    assert_eq!((response.status, response.header("content-type")), (404, Some("text/html; charset=utf-8")));
    let (head, body) = response.body.split_once("<body>").unwrap();
    assert!(
        head.contains("<title>Application error</title>") && !head.contains("no such job"),
        "{response:?}"
    );
    assert!(body.contains("<p>There is no such job"), "{response:?}");
}

#[tokio::test]
async fn clock_skew_changes_only_the_headers() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    admin.set_clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
    for (skew, date, retry_after) in [
        ("1h", "Sat, 14 Mar 2026 03:00:00 GMT", "Sat, 14 Mar 2026 03:00:30 GMT"),
        ("-1h", "Sat, 14 Mar 2026 01:00:00 GMT", "Sat, 14 Mar 2026 01:00:30 GMT"),
        ("0s", "Sat, 14 Mar 2026 02:00:00 GMT", "Sat, 14 Mar 2026 02:00:30 GMT"),
    ] {
        admin.clear_faults().await;
        let limit = json!({ "requests": 1, "per": "30s", "retryAfter": "date" });
        admin.set_behavior(json!({ "clockSkew": skew, "rateLimit": limit })).await;
        let [response, limited] = [get(&server, "/public/jobs"), get(&server, "/public/jobs")];
        assert_eq!((response.status, response.header("date")), (200, Some(date)));
        assert_eq!((limited.status, limited.header("retry-after")), (429, Some(retry_after)));
        admin.set_behavior(json!({ "clockSkew": skew })).await;
        let wait = json!({ "seconds": 30, "form": "date" });
        admin.add_fault(json!({ "effect": { "kind": "status", "status": 503, "retryAfter": wait } })).await;
        let refused = get(&server, "/public/jobs");
        assert_eq!((refused.header("date"), refused.header("retry-after")), (Some(date), Some(retry_after)));
    }
    assert_eq!(admin.clock().await["time"], "2026-03-14T02:00:00Z");
}
