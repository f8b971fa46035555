//! What is sent again, and what never.

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
async fn a_get_is_sent_again_after_trouble_that_passes() {
    for status in [408, 429, 502, 503, 504] {
        let server =
            Server::start(move |n, _| if n < 2 { json(status, "{}") } else { json(200, "[]") }).await;
        assert!(server.client().list_jobs().send().await.unwrap().is_empty());
        assert_eq!(server.asked().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn not_more_often_than_said_and_not_after_other_answers() {
    for (status, retries, times) in [(503, 2, 3), (503, 0, 1), (500, 2, 1), (404, 2, 1), (401, 2, 1)] {
        let server = Server::start(move |_, _| json(status, r#"{"Message":"No."}"#)).await;
        let client = server.builder().retries(retries).build().unwrap();
        let error = client.get_job_status().job_id(JOB).send().await.unwrap_err();
        assert_eq!(server.asked().len(), times, "{status}");
        let trouble = Error::from_client(&paths::GET_JOB_STATUS, error);
        assert_eq!((trouble.status, trouble.message.as_deref()), (Some(status), Some("No.")));
    }
}

#[tokio::test]
async fn as_late_as_the_server_asks_but_no_longer_than_bearable() {
    let after = |seconds: &'static str| {
        move |n: usize| match n {
            0 => Response::builder().status(429).header("retry-after", seconds).body(Body::empty()).unwrap(),
            _ => json(200, "[]"),
        }
    };
    let (soon, late) = (after("1"), after("3600"));
    let server = Server::start(move |n, _| soon(n)).await;
    let start = Instant::now();
    server.client().list_jobs().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    let server = Server::start(move |n, _| late(n)).await;
    let error = server.client().list_jobs().send().await.unwrap_err();
    let trouble = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(trouble.kind, ErrorKind::TooManyRequests);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_post_is_never_sent_again() {
    for status in [429, 500, 502, 503, 504] {
        let server = Server::start(move |_, _| json(status, "")).await;
        let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
        assert_eq!(server.asked().len(), 1, "{status}");
        let trouble = Error::from_client(&paths::EXECUTE_JOB, error);
        assert_eq!(trouble.is_outcome_unknown(), status >= 500);
    }
}

/// Takes connections, reads a request of each, and closes them without an answer; tells how many there were.
async fn closes_without_an_answer() -> (String, tokio::sync::watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let read = connection.read(&mut [0; 4096]).await;
            if read.is_ok_and(|read| read > 0) {
                tell.send_modify(|count| *count += 1);
            }
            let _ = connection.shutdown().await;
        }
    });
    (address, told)
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer() {
    let (address, told) = closes_without_an_answer().await;
    let client = Client::builder(address, ApiKey::new("k").unwrap()).build().unwrap();
    let error = client.list_jobs().send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::LIST_JOBS, error).kind, ErrorKind::Interrupted);
    assert_eq!(*told.borrow(), 3, "a GET is tried three times");

    let error = client.execute_job().job_id(JOB).send().await.unwrap_err();
    let trouble = Error::from_client(&paths::EXECUTE_JOB, error);
    assert!(trouble.is_outcome_unknown() && trouble.advice().contains("not sent again"), "{trouble}");
    assert_eq!(*told.borrow(), 4, "a POST once");
}

#[tokio::test]
async fn an_answer_that_breaks_half_way_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for body in ["[{", "[]"] {
            let (mut connection, _) = listener.accept().await.unwrap();
            assert!(connection.read(&mut [0; 4096]).await.unwrap() > 0, "it asks");
            // The first promises more than it sends.
            let length = if body == "[]" { 2 } else { 1000 };
            let answer =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            connection.write_all(answer.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        }
    });
    let client = Client::builder(address, ApiKey::new("k").unwrap()).build().unwrap();
    assert!(client.list_jobs().send().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_time_out_is_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder(address, ApiKey::new("k").unwrap()).timeout(Duration::from_millis(200));
    let start = Instant::now();
    let error = client.build().unwrap().list_jobs().send().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5));
    let trouble = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(trouble.kind, ErrorKind::Interrupted);
    drop(listener);
}

#[tokio::test]
async fn nothing_listens_and_no_certificate_is_to_be_had() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let kind = async |domain: String| {
        let client = Client::builder(domain, ApiKey::new("k").unwrap()).retries(0).build().unwrap();
        Error::from_client(&paths::LIST_JOBS, client.list_jobs().send().await.unwrap_err()).kind
    };
    // A server that speaks no TLS where TLS is expected.
    let plain = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut [0; 64]).await;
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        listener
    });
    assert_eq!(kind(format!("https://{address}")).await, ErrorKind::PlainHttp);
    drop(plain.await.unwrap());
    assert_eq!(kind(format!("http://{address}")).await, ErrorKind::Unreachable);
}
