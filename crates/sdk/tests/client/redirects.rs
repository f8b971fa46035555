//! Tests of redirects: a GET follows them within its origin, and the key is never sent to another origin.

use axum::{body::Body, http::Response};
use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};
use txjobs_test_support::{FakeServer, json_response};

/// Returns a redirect to `location`.
fn redirect(status: u16, location: &str) -> Response<Body> {
    Response::builder().status(status).header("location", location).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn get_follows_a_redirect_within_its_origin() {
    let server =
        FakeServer::start(
            |n, _| if n == 0 { redirect(307, "/moved/jobs") } else { json_response(200, "[]") },
        );
    server.client().list_jobs().send().await.unwrap();
    assert_eq!(server.requests()[1].target, "/moved/jobs");
}

#[tokio::test]
async fn get_does_not_follow_a_redirect_to_another_origin() {
    let other = FakeServer::start(|_, _| json_response(200, "[]"));
    let location = format!("{}/public/jobs", other.address());
    let server = FakeServer::start(move |_, _| redirect(302, &location));
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!((error.kind, error.status), (ErrorKind::NotThisApi, Some(302)));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn post_follows_no_redirect() {
    let server = FakeServer::start(|_, _| redirect(307, "/moved"));
    let client = server.client();
    let error = client.execute_job().job_id(JobId(uuid::Uuid::nil())).send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::EXECUTE_JOB, error).status, Some(307));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn redirect_loop_ends() {
    let server = FakeServer::start(|_, _| redirect(302, "/loop"));
    server.client().list_jobs().send().await.unwrap_err();
    assert!(server.requests().len() < 10);
}
