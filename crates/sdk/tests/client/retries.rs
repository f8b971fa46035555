//! Tests of repeated requests: a GET is repeated after transient errors, a POST never.

use std::time::{Duration, Instant};

use axum::{body::Body, http::Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use txjobs_sdk::{ApiKey, Client, Error, ErrorKind, paths, types::JobId};

use crate::server::{Server, json};

const JOB: JobId = JobId(uuid::Uuid::from_u128(7));

#[tokio::test]
async fn get_is_repeated_after_a_transient_error() {
    for status in [408, 429, 502, 503, 504] {
        let server =
            Server::start(move |n, _| if n < 2 { json(status, "{}") } else { json(200, "[]") }).await;
        assert!(server.client().list_jobs().send().await.unwrap().is_empty());
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn get_is_repeated_only_as_configured_and_not_after_other_errors() {
    for (status, retries, times) in [(503, 2, 3), (503, 0, 1), (500, 2, 1), (404, 2, 1), (401, 2, 1)] {
        let server = Server::start(move |_, _| json(status, r#"{"Message":"No."}"#)).await;
        let client = server.builder().retries(retries).build().unwrap();
        let error = client.get_job_status().job_id(JOB).send().await.unwrap_err();
        assert_eq!(server.requests().len(), times, "{status}");
        let error = Error::from_client(&paths::GET_JOB_STATUS, error);
        assert_eq!((error.status, error.message.as_deref()), (Some(status), Some("No.")));
    }
}

#[tokio::test]
async fn retry_after_delays_the_repetition_unless_it_is_too_long() {
    let after = |seconds: &'static str| {
        move |n: usize| match n {
            0 => Response::builder().status(429).header("retry-after", seconds).body(Body::empty()).unwrap(),
            _ => json(200, "[]"),
        }
    };
    let (short, long) = (after("1"), after("3600"));
    let server = Server::start(move |n, _| short(n)).await;
    let start = Instant::now();
    server.client().list_jobs().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    let server = Server::start(move |n, _| long(n)).await;
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::TooManyRequests);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn post_is_never_repeated() {
    for status in [429, 500, 502, 503, 504] {
        let server = Server::start(move |_, _| json(status, "")).await;
        let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{status}");
        let error = Error::from_client(&paths::EXECUTE_JOB, error);
        assert_eq!(error.is_outcome_unknown(), status >= 500);
    }
}

/// Starts a server that closes each connection after the request, without a response. Returns its address and the number of
/// requests.
async fn start_closing_server() -> (String, tokio::sync::watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, request_count) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let read = connection.read(&mut [0; 4096]).await;
            if read.is_ok_and(|read| read > 0) {
                sender.send_modify(|count| *count += 1);
            }
            let _ = connection.shutdown().await;
        }
    });
    (address, request_count)
}

#[tokio::test]
async fn connection_lost_before_the_response_is_retried_for_a_get_only() {
    let (address, request_count) = start_closing_server().await;
    let client = Client::builder(address, ApiKey::new("k").unwrap()).build().unwrap();
    let error = client.list_jobs().send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::LIST_JOBS, error).kind, ErrorKind::Interrupted);
    assert_eq!(*request_count.borrow(), 3, "a GET is sent three times");

    let error = client.execute_job().job_id(JOB).send().await.unwrap_err();
    let error = Error::from_client(&paths::EXECUTE_JOB, error);
    assert!(error.is_outcome_unknown() && error.advice().contains("not repeated automatically"), "{error}");
    assert_eq!(*request_count.borrow(), 4, "a POST is sent once");
}

#[tokio::test]
async fn connection_lost_within_the_body_is_retried() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for body in ["[{", "[]"] {
            let (mut connection, _) = listener.accept().await.unwrap();
            assert!(connection.read(&mut [0; 4096]).await.unwrap() > 0, "the client sends a request");
            // The first response announces more bytes than it sends.
            let length = if body == "[]" { 2 } else { 1000 };
            let response =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            connection.write_all(response.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        }
    });
    let client = Client::builder(address, ApiKey::new("k").unwrap()).build().unwrap();
    assert!(client.list_jobs().send().await.unwrap().is_empty());
}

#[tokio::test]
async fn request_that_timed_out_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder(address, ApiKey::new("k").unwrap()).timeout(Duration::from_millis(200));
    let start = Instant::now();
    let error = client.build().unwrap().list_jobs().send().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5));
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::Interrupted);
    drop(listener);
}

#[tokio::test]
async fn connection_errors_have_their_own_kinds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let kind = async |domain: String| {
        let client = Client::builder(domain, ApiKey::new("k").unwrap()).retries(0).build().unwrap();
        Error::from_client(&paths::LIST_JOBS, client.list_jobs().send().await.unwrap_err()).kind
    };
    // This server does not speak TLS.
    let plain_server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut [0; 64]).await;
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        listener
    });
    assert_eq!(kind(format!("https://{address}")).await, ErrorKind::PlainHttp);
    drop(plain_server.await.unwrap());
    assert_eq!(kind(format!("http://{address}")).await, ErrorKind::Unreachable);
}
