//! Tests of redirects: a GET follows them within its origin, and the key is never sent to another origin.

use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};

use crate::server::{Server, json, redirect};

#[tokio::test]
async fn get_follows_a_redirect_within_its_origin() {
    let server =
        Server::start(|n, _| if n == 0 { redirect(307, "/moved/jobs") } else { json(200, "[]") }).await;
    server.client().list_jobs().send().await.unwrap();
    assert_eq!(server.requests()[1].path, "/moved/jobs");
}

#[tokio::test]
async fn get_does_not_follow_a_redirect_to_another_origin() {
    let other = Server::start(|_, _| json(200, "[]")).await;
    let location = format!("{}/public/jobs", other.address);
    let server = Server::start(move |_, _| redirect(302, &location)).await;
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!((error.kind, error.status), (ErrorKind::NotThisApi, Some(302)));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn post_follows_no_redirect() {
    let server = Server::start(|_, _| redirect(307, "/moved")).await;
    let client = server.client();
    let error = client.execute_job().job_id(JobId(uuid::Uuid::nil())).send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::EXECUTE_JOB, error).status, Some(307));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn redirect_loop_ends() {
    let server = Server::start(|_, _| redirect(302, "/loop")).await;
    server.client().list_jobs().send().await.unwrap_err();
    assert!(server.requests().len() < 10);
}
