//! The key in bodies of errors, and the time in their headers.

use serde_json::{Value, json};
use txjobs_tests::gateway::Gateway;

use crate::{JOBS, NOWHERE, ask, get};

const KINDS: [&str; 6] = ["message", "camelMessage", "problem", "plain", "html", "htmlMessage"];

#[tokio::test]
async fn errors_repeat_the_key_of_the_request() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let key = gateway.key();
    let path = format!("/public/jobs/{NOWHERE}/status");
    for kind in KINDS {
        admin.behavior(json!({ "errors": kind, "echoKey": true })).await;
        let answer = get(&gateway, &path);
        assert!(answer.status == 404 && answer.body.contains(key), "{kind}: {answer:?}");
        let wrong = ask(gateway.address(), &format!("GET {path} HTTP/1.1\r\napiKey: a-wrong-key\r\n"));
        assert!(wrong.status == 401 && wrong.body.contains("a-wrong-key"), "{kind}: {wrong:?}");
        let none = ask(gateway.address(), &format!("GET {path} HTTP/1.1\r\n"));
        assert!(none.status == 401 && !none.body.contains("API key a"), "{kind}: {none:?}");
        assert!(!get(&gateway, "/public/jobs").body.contains(key), "only errors");
        // Also errors of fault rules, with their own kind of body.
        for effect in [
            json!({ "kind": "status", "status": 500 }),
            json!({ "kind": "loseAnswer", "body": kind }),
            json!({ "kind": "status", "status": 408, "body": kind }),
        ] {
            admin.fault(json!({ "effect": effect })).await;
            let answer = get(&gateway, "/public/jobs");
            assert!(answer.status >= 400 && answer.body.contains(key), "{kind} {effect}: {answer:?}");
            admin.no_faults().await;
        }
        admin.behavior(json!({ "errors": kind })).await;
        assert!(!get(&gateway, &path).body.contains(key), "{kind}");
    }
    assert!(!gateway.log().contains(key));
}

#[tokio::test]
async fn key_of_another_header_is_repeated() {
    let gateway = Gateway::emulator(JOBS);
    let settings = json!({ "keyHeader": "x-tenant-key", "prefix": "/v2", "echoKey": true });
    gateway.admin().behavior(settings).await;
    let ask = |path: &str| {
        let key = gateway.key();
        ask(gateway.address(), &format!("GET {path} HTTP/1.1\r\nx-tenant-key: {key}\r\n"))
    };
    assert!(ask(&format!("/v2/public/jobs/{NOWHERE}/status")).body.contains(gateway.key()));
    assert!(ask("/v2/public/nowhere").body.contains(gateway.key()), "also where there is no operation");
}

#[tokio::test]
async fn message_of_an_html_page_comes_from_its_text() {
    let gateway = Gateway::emulator(JOBS);
    gateway.admin().behavior(json!({ "errors": "htmlMessage" })).await;
    let answer = get(&gateway, &format!("/public/jobs/{NOWHERE}/status"));
    assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/html; charset=utf-8")));
    let (head, body) = answer.body.split_once("<body>").unwrap();
    assert!(head.contains("<title>Application error</title>") && !head.contains("no such job"), "{answer:?}");
    assert!(body.contains("<p>There is no such job"), "{answer:?}");
}

#[tokio::test]
async fn clock_skew_changes_only_the_headers() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    admin.clock(json!({ "time": "2026-03-14T02:00:00Z", "speed": 0 })).await;
    for (skew, date, retry_after) in [
        ("1h", "Sat, 14 Mar 2026 03:00:00 GMT", "Sat, 14 Mar 2026 03:00:30 GMT"),
        ("-1h", "Sat, 14 Mar 2026 01:00:00 GMT", "Sat, 14 Mar 2026 01:00:30 GMT"),
        ("0s", "Sat, 14 Mar 2026 02:00:00 GMT", "Sat, 14 Mar 2026 02:00:30 GMT"),
    ] {
        admin.no_faults().await;
        let limit = json!({ "requests": 1, "per": "30s", "retryAfter": "date" });
        admin.behavior(json!({ "clockSkew": skew, "rateLimit": limit })).await;
        let [answer, limited] = [get(&gateway, "/public/jobs"), get(&gateway, "/public/jobs")];
        assert_eq!((answer.status, answer.header("date")), (200, Some(date)));
        assert_eq!((limited.status, limited.header("retry-after")), (429, Some(retry_after)));
        admin.behavior(json!({ "clockSkew": skew })).await;
        let wait = json!({ "seconds": 30, "form": "date" });
        admin.fault(json!({ "effect": { "kind": "status", "status": 503, "retryAfter": wait } })).await;
        let refused = get(&gateway, "/public/jobs");
        assert_eq!((refused.header("date"), refused.header("retry-after")), (Some(date), Some(retry_after)));
    }
    let clock: Value =
        admin.request(reqwest::Method::GET, "/clock").send().await.unwrap().json().await.unwrap();
    assert_eq!(clock["time"], "2026-03-14T02:00:00Z");
}
