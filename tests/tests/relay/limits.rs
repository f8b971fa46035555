//! Bounds of time, size and number.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use futures::{StreamExt, stream};
use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{FakeResponse, FakeServer, raw_http::send_raw};

use crate::relay::{LOAD, get, jobs, json, relay_to};

#[tokio::test]
async fn response_that_is_too_large_is_cut_off() {
    let service = FakeServer::start(|_, request| {
        let size = if request.path().ends_with("status") { 1_100_000 } else { 900_000 };
        json(200, &json!("x".repeat(size)))
    });
    let relay = relay_to(&service, "max_response_mb = 1");
    assert_eq!(get(&relay, "/public/jobs").await.text.len(), 900_002);
    let key = relay.key();
    let response =
        send_raw(relay.address(), &format!("GET /public/jobs/status HTTP/1.1\r\napiKey: {key}\r\n"));
    assert_eq!((response.status, response.is_complete), (200, false));
}

#[tokio::test]
async fn response_that_never_ends_is_cut_off() {
    let service = FakeServer::start(|_, _| {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 4096])));
        let response = Response::builder().header("content-type", "application/json");
        response.body(Body::from_stream(endless)).unwrap()
    });
    let relay = relay_to(&service, "max_response_mb = 2");
    let key = relay.key();
    let response = send_raw(relay.address(), &format!("GET /public/jobs HTTP/1.1\r\napiKey: {key}\r\n"));
    assert!(!response.is_complete && response.bytes.len() <= 2_000_000, "{}", response.bytes.len());
    // An endless answer to a POST is an unclear outcome.
    let message = relay.call(paths::execute_job(LOAD.parse().unwrap())).await.expect_error(504);
    assert!(message.contains("unknown"), "{message}");
}

#[tokio::test]
async fn slow_service_is_not_awaited_for_ever() {
    let service = FakeServer::start(|_, _| FakeResponse::Hold);
    let relay = relay_to(&service, "timeout = \"300ms\"");
    let message = get(&relay, "/public/jobs").await.expect_error(504);
    assert!(message.contains("did not respond in time"), "{message}");
}

#[tokio::test]
async fn too_many_requests_in_progress_are_refused() {
    let service = FakeServer::start(|_, request| match request.path() {
        "/public/jobs" => FakeResponse::Hold,
        _ => jobs().into(),
    });
    let relay = relay_to(&service, "");
    let key = relay.key();
    let address = relay.address().strip_prefix("http://").unwrap();
    let held: Vec<_> = (0..64)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET /public/jobs HTTP/1.1\r\nhost: {address}\r\napiKey: {key}\r\n\r\n").unwrap();
            stream
        })
        .collect();
    for _ in 0..64 {
        service.wait_for_request("/public/jobs");
    }
    let refused = get(&relay, "/public/jobs/status").await;
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.expect_error(503).contains("Nothing was sent"));
    assert_eq!(service.requests().len(), 64);
    drop(held);
    let passed = txjobs_test_support::wait_until("a free place", async || {
        (get(&relay, "/public/jobs/status").await.status == 200).then_some(())
    });
    passed.await;
}

/// The first bytes reach the caller before the service has sent the last ones.
#[tokio::test]
async fn body_passes_while_it_arrives() {
    let (sender, receiver) = futures::channel::mpsc::unbounded::<Result<Bytes, std::io::Error>>();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let service = FakeServer::start(move |_, _| {
        let body = Body::from_stream(receiver.lock().unwrap().take().unwrap().boxed());
        Response::builder().header("content-type", "application/json").body(body).unwrap()
    });
    let relay = relay_to(&service, "");
    let address = relay.address().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let key = relay.key();
    write!(
        stream,
        "GET /public/jobs/status HTTP/1.1\r\nhost: {address}\r\napiKey: {key}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    sender.unbounded_send(Ok(Bytes::from_static(b"[1,"))).unwrap();
    let mut text = String::new();
    let mut read_until = |text: &mut String, end: &str| {
        let mut buffer = [0; 1024];
        while !text.contains(end) {
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    };
    read_until(&mut text, "[1,");
    sender.unbounded_send(Ok(Bytes::from_static(b"2]"))).unwrap();
    sender.close_channel();
    read_until(&mut text, "2]");
}

/// A part of a log must not pass for the whole.
#[tokio::test]
async fn body_that_breaks_off_breaks_off_for_the_caller() {
    let service = FakeServer::start(|_, _| {
        let parts = [Ok(Bytes::from_static(b"[1,")), Err(std::io::ErrorKind::ConnectionReset.into())];
        let body = Body::from_stream(stream::iter::<[Result<Bytes, std::io::Error>; 2]>(parts));
        Response::builder().header("content-type", "application/json").body(body).unwrap()
    });
    let relay = relay_to(&service, "");
    let key = relay.key();
    let response =
        send_raw(relay.address(), &format!("GET /public/jobs/status HTTP/1.1\r\napiKey: {key}\r\n"));
    assert!(!response.is_complete || response.status == 502, "{response:?}");
}

/// A response to a POST that drips would hold its place for as long as the service likes.
#[tokio::test]
async fn dripping_response_to_a_post_is_an_unclear_outcome() {
    let service = FakeServer::start(|_, _| {
        let drip = stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
        });
        let response = Response::builder().header("content-type", "application/json");
        response.body(Body::from_stream(drip)).unwrap()
    });
    let relay = relay_to(&service, "timeout = \"500ms\"");
    let message = relay.call(paths::execute_job(LOAD.parse().unwrap())).await.expect_error(504);
    assert!(message.contains("unknown"), "{message}");
}
