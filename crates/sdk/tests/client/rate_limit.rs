//! Tests of the pause that a server requests, which applies to all requests of a client.

use std::time::{Duration, Instant};

use axum::{body::Body, http::Response};
use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};
use txjobs_test_support::{FakeServer, json_response};

const JOB: JobId = JobId(uuid::Uuid::from_u128(7));

fn busy(status: u16, headers: &[(&str, &str)]) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn response_429_delays_all_requests_of_a_client_and_its_clones() {
    let server = FakeServer::start(|n, request| match n {
        0 => busy(429, &[("retry-after", "1")]),
        _ if request.method == "POST" => json_response(409, ""),
        _ => json_response(200, "[]"),
    });
    let client = server.client_builder().retries(0).build().unwrap();
    let start = Instant::now();
    client.list_jobs().send().await.unwrap_err();
    let clone = client.clone();
    let post = clone.execute_job().job_id(JOB).send();
    let (post, get) = tokio::join!(post, client.list_job_statuses().send());
    assert!(start.elapsed() >= Duration::from_secs(1), "both requests waited");
    assert!(post.is_err() && get.is_ok());
    assert_eq!(
        server.requests().iter().filter(|request| request.method == "POST").count(),
        1,
        "the POST was sent once"
    );
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn retry_after_date_is_relative_to_the_date_of_the_response() {
    // This server's clock is years behind.
    let headers =
        [("date", "Sat, 14 Mar 2015 02:00:00 GMT"), ("retry-after", "Sat, 14 Mar 2015 02:00:01 GMT")];
    let server =
        FakeServer::start(move |n, _| if n == 0 { busy(503, &headers) } else { json_response(200, "[]") });
    let start = Instant::now();
    server.client().list_jobs().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1), "the server requested one second");

    // This server's clock is years ahead.
    let headers =
        [("date", "Fri, 14 Mar 2098 02:00:00 GMT"), ("retry-after", "Fri, 14 Mar 2098 02:00:30 GMT")];
    let server = FakeServer::start(move |_, _| busy(429, &headers));
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::TooManyRequests);
    let delay = error.retry_after.unwrap().delay(txjobs_sdk::Timestamp::from_unix(0, 0));
    assert_eq!(delay, Duration::from_secs(30));
}
