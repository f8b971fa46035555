//! Redirects: within the origin for a GET, and never with the key to somebody else.

use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};

use crate::server::{Server, json, redirect};

#[tokio::test]
async fn a_get_follows_within_the_origin() {
    let server =
        Server::start(|n, _| if n == 0 { redirect(307, "/moved/jobs") } else { json(200, "[]") }).await;
    server.client().list_jobs().send().await.unwrap();
    assert_eq!(server.asked()[1].path, "/moved/jobs");
}

#[tokio::test]
async fn the_key_goes_nowhere_else() {
    let elsewhere = Server::start(|_, _| json(200, "[]")).await;
    let to = format!("{}/public/jobs", elsewhere.address);
    let server = Server::start(move |_, _| redirect(302, &to)).await;
    let error = server.client().list_jobs().send().await.unwrap_err();
    let trouble = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!((trouble.kind, trouble.status), (ErrorKind::NotThisApi, Some(302)));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_post_follows_none() {
    let server = Server::start(|_, _| redirect(307, "/again")).await;
    let client = server.client();
    let error = client.execute_job().job_id(JobId(uuid::Uuid::nil())).send().await.unwrap_err();
    assert_eq!(Error::from_client(&paths::EXECUTE_JOB, error).status, Some(307));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start(|_, _| redirect(302, "/round")).await;
    server.client().list_jobs().send().await.unwrap_err();
    assert!(server.asked().len() < 10);
}
