//! A POST of a caller is one POST to the service, whatever happens.

use axum::http::Response;
use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeResponse, FakeServer, closed_address, raw_http::send_raw};

use crate::relay::{LOAD, Relayed, SERVICE_KEY, SLOW, folder, id, relay_to};

#[tokio::test]
async fn lost_response_is_unclear_and_is_sent_once() {
    for effect in [
        json!({ "kind": "reset" }),
        json!({ "kind": "cutOff", "after": 5 }),
        json!({ "kind": "cutOff", "after": 0 }),
        json!({ "kind": "redirect", "location": "/public/jobs" }),
        json!({ "kind": "delay", "delay": "1h" }),
    ] {
        for operation in ["execute_job", "cancel_job"] {
            let relayed = Relayed::start("timeout = \"500ms\"");
            let running = relayed.service.execute("Slow").await;
            relayed.service.wait_until(running, |_| true).await;
            relayed.admin.add_fault(json!({ "operation": operation, "effect": effect })).await;
            let request = match operation {
                "execute_job" => paths::execute_job(id(LOAD)),
                _ => paths::cancel_job(id(SLOW)),
            };
            relayed.admin.clear_journal().await;
            let response = relayed.relay.call(request).await;
            let message = response.expect_error(504);
            assert!(
                message.contains("unknown") && message.contains("before you repeat"),
                "{effect}: {message}"
            );
            assert_eq!(relayed.admin.journal(&format!("operation={operation}")).await.len(), 1, "{effect}");
        }
    }
}

#[tokio::test]
async fn answer_of_the_service_is_passed_on_and_sent_once() {
    for status in [400, 404, 408, 409, 421, 425, 429, 500, 502, 503, 504] {
        let relayed = Relayed::start("");
        let effect = json!({ "kind": "status", "status": status });
        relayed.admin.add_fault(json!({ "operation": "execute_job", "effect": effect })).await;
        assert_eq!(relayed.execute(LOAD).await.status, status);
        assert_eq!(relayed.admin.journal("operation=execute_job").await.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn response_that_a_proxy_lost_is_passed_on_and_sent_once() {
    let relayed = Relayed::start("");
    relayed
        .admin
        .add_fault(json!({ "operation": "execute_job", "effect": { "kind": "loseResponse" } }))
        .await;
    assert!(relayed.execute(LOAD).await.status >= 500);
    assert_eq!(relayed.admin.journal("operation=execute_job").await.len(), 1);
}

#[tokio::test]
async fn service_that_cannot_be_reached_got_nothing() {
    let relay = folder(&format!("http://{}", closed_address()), "", SERVICE_KEY).serve(&[]);
    let message = relay.call(paths::execute_job(id(LOAD))).await.expect_error(502);
    assert!(message.contains("no connection") && message.ends_with("Nothing was sent."), "{message}");
    let message = relay.call(paths::list_jobs()).await.expect_error(502);
    assert!(message.ends_with("Nothing was sent."), "{message}");
}

/// A connection that the service closes after each response must not lead to a second POST.
#[tokio::test]
async fn closed_connection_is_not_used_for_a_post() {
    let service = FakeServer::start(|number, _| match number % 2 {
        0 => FakeResponse::Send(Response::new(r#"{"JobId":"","TriggerId":""}"#.into())),
        _ => FakeResponse::Close,
    });
    let relay = relay_to(&service, "");
    for number in 0..20 {
        let response = relay.call(paths::execute_job(id(LOAD))).await;
        assert_eq!(response.status, if number % 2 == 0 { 200 } else { 504 }, "{}", response.text);
        assert_eq!(service.requests().len(), number + 1);
    }
}

/// What a caller has sent is sent, also if the caller does not wait for the response.
#[tokio::test]
async fn caller_who_leaves_does_not_cancel_the_request() {
    let relayed = Relayed::start("");
    relayed
        .admin
        .add_fault(json!({ "operation": "execute_job", "effect": { "kind": "delay", "delay": "300ms" } }))
        .await;
    let address = relayed.relay.address().strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let key = relayed.relay.key();
    let request = format!(
        "POST /public/jobs/{LOAD}/execute HTTP/1.1\r\nhost: {address}\r\napiKey: {key}\r\ncontent-length: 0\r\n\r\n"
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    relayed.admin.wait_for_journal("operation=execute_job", 1).await;
    drop(stream);
    let entries = relayed.admin.wait_for_journal("operation=execute_job&outcome=completed", 1).await;
    assert_eq!((entries.len(), entries[0].status), (1, Some(200)));
}

#[tokio::test]
async fn body_of_a_caller_is_not_passed_on() {
    let service = FakeServer::start(|_, _| Response::new("{}".into()));
    let relay = relay_to(&service, "");
    let key = relay.key();
    let request = format!(
        "POST /public/jobs/{LOAD}/execute HTTP/1.1\r\napiKey: {key}\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n"
    );
    assert_eq!(send_raw(relay.address(), &request).status, 200);
    let headers = &service.requests()[0].headers;
    assert_eq!(headers["content-length"], "0");
    assert!(!headers.contains_key("content-type"));
}
