//! Tests of repeated requests: a GET is repeated after transient errors, a POST never.

use std::time::{Duration, Instant};

use axum::{body::Body, http::Response};
use txjobs_sdk::{ApiKey, Client, Error, ErrorKind, paths, types::JobId};
use txjobs_test_support::{FakeServer, RawServer, closed_address, free_port, json_response};

const JOB: JobId = JobId(uuid::Uuid::from_u128(7));

#[tokio::test]
async fn get_is_repeated_after_a_transient_error() {
    for status in [408, 429, 502, 503, 504] {
        let server =
            FakeServer::start(
                move |n, _| if n < 2 { json_response(status, "{}") } else { json_response(200, "[]") },
            );
        assert!(server.client().list_jobs().send().await.unwrap().is_empty());
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn get_is_repeated_only_as_configured_and_not_after_other_errors() {
    for (status, retries, times) in [(503, 2, 3), (503, 0, 1), (500, 2, 1), (404, 2, 1), (401, 2, 1)] {
        let server = FakeServer::start(move |_, _| json_response(status, r#"{"Message":"No."}"#));
        let client = server.client_builder().retries(retries).build().unwrap();
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
            _ => json_response(200, "[]"),
        }
    };
    let (short, long) = (after("1"), after("3600"));
    let server = FakeServer::start(move |n, _| short(n));
    let start = Instant::now();
    server.client().list_jobs().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    let server = FakeServer::start(move |n, _| long(n));
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::TooManyRequests);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn post_is_never_repeated() {
    for status in [429, 500, 502, 503, 504] {
        let server = FakeServer::start(move |_, _| json_response(status, ""));
        let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{status}");
        let error = Error::from_client(&paths::EXECUTE_JOB, error);
        assert_eq!(error.is_outcome_unknown(), status >= 500);
    }
}

#[tokio::test]
async fn connection_lost_before_the_response_is_retried_for_a_get_only() {
    // This server closes each connection without a response.
    let server = RawServer::start(|_| Vec::new());
    let client = Client::builder(server.address(), ApiKey::new("k").unwrap()).build().unwrap();
    let error = client.list_jobs().send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::LIST_JOBS, error).kind, ErrorKind::Interrupted);
    assert_eq!(server.request_count(), 3, "a GET is sent three times");

    let error = client.execute_job().job_id(JOB).send().await.unwrap_err();
    let error = Error::from_client(&paths::EXECUTE_JOB, error);
    assert!(error.is_outcome_unknown() && error.advice().contains("not repeated automatically"), "{error}");
    assert_eq!(server.request_count(), 4, "a POST is sent once");
}

#[tokio::test]
async fn connection_lost_within_the_body_is_retried() {
    // The first response announces more bytes than it sends.
    let server = RawServer::start(|n| {
        let (length, body) = if n == 0 { (1000, "[{") } else { (2, "[]") };
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").into()
    });
    let client = Client::builder(server.address(), ApiKey::new("k").unwrap()).build().unwrap();
    assert!(client.list_jobs().send().await.unwrap().is_empty());
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn request_that_timed_out_is_not_repeated() {
    // Nothing accepts the connection.
    let (listener, address) = free_port();
    let client = Client::builder(format!("http://{address}"), ApiKey::new("k").unwrap());
    let client = client.timeout(Duration::from_millis(200));
    let start = Instant::now();
    let error = client.build().unwrap().list_jobs().send().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5));
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::Interrupted);
    drop(listener);
}

#[tokio::test]
async fn connection_errors_have_their_own_kinds() {
    let kind = async |domain: String| {
        let client = Client::builder(domain, ApiKey::new("k").unwrap()).retries(0).build().unwrap();
        Error::from_client(&paths::LIST_JOBS, client.list_jobs().send().await.unwrap_err()).kind
    };
    // This server does not speak TLS.
    let server = RawServer::start(|_| b"HTTP/1.1 400 Bad Request\r\n\r\n".into());
    assert_eq!(kind(server.address().replace("http://", "https://")).await, ErrorKind::PlainHttp);
    assert_eq!(kind(format!("http://{}", closed_address())).await, ErrorKind::Unreachable);
}
