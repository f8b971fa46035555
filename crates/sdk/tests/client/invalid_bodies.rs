//! Tests of bodies that a strict parser refuses, and of servers that repeat the key.

use axum::{body::Body, http::Response};
use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};
use txjobs_test_support::{FakeServer, json_response};

const JOB: JobId = JobId(uuid::Uuid::from_u128(7));

fn raw(status: u16, body: &'static [u8]) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn invalid_character_is_replaced() {
    let server = FakeServer::start(|n, _| {
        match n {
        0 => raw(
            200,
            br#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"a\ud800b"},{"Id":"{3F2B8C1E5D474A9B8E601C9F2A7D4B36}","Name":"c"}]"#,
        ),
        1 => raw(200, b"[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\xffb\"}]"),
        _ => raw(500, b"{\"Message\":\"No \xff\\udc00 disk\"}"),
    }
    });
    let names = async || {
        let jobs = server.client().list_jobs().send().await.unwrap().into_inner();
        jobs.into_iter().map(|job| job.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["a\u{fffd}b", "c"]);
    assert_eq!(names().await, ["a\u{fffd}b"]);
    let error = server.client().list_jobs().send().await.unwrap_err();
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.message.as_deref(), Some("No \u{fffd}\u{fffd} disk"));
}

#[tokio::test]
async fn incomplete_json_is_requested_again() {
    let server =
        FakeServer::start(
            |n, _| if n < 2 { json_response(200, "[{\"Id\":") } else { json_response(200, "[]") },
        );
    assert!(server.client().list_jobs().send().await.unwrap().is_empty());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn json_that_stays_incomplete_is_an_interrupted_transfer() {
    let server = FakeServer::start(|_, request| {
        json_response(200, if request.method == "GET" { "[{\"Id\":" } else { "{\"JobId\":\"3f2b" })
    });
    let error = server.client().list_jobs().send().await.unwrap_err();
    assert_eq!(server.requests().len(), 3, "a GET is repeated twice");
    let error = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert!(error.is_transient() && !error.is_outcome_unknown(), "{error}");
    assert!(!error.to_string().contains("EOF") && error.detail.unwrap().contains("EOF"));

    let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
    assert_eq!(server.requests().len(), 4, "a POST is sent once");
    let error = Error::from_client(&paths::EXECUTE_JOB, error);
    assert!(error.kind == ErrorKind::Interrupted && error.is_outcome_unknown(), "{error}");
}

#[tokio::test]
async fn complete_but_invalid_body_is_not_requested_again() {
    let server = FakeServer::start(|n, _| json_response(200, ["", "nonsense", "{}"][n]));
    for _ in 0..3 {
        let error = server.client().list_jobs().send().await.unwrap_err();
        let error = Error::from_client(&paths::LIST_JOBS, error);
        assert_eq!((error.kind, error.message), (ErrorKind::InvalidBody, None));
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn post_with_status_408_has_an_unknown_outcome() {
    let server = FakeServer::start(|n, _| {
        if n == 0 { json_response(408, "") } else { json_response([200, 408][n - 1], "[]") }
    });
    assert!(server.client().list_jobs().send().await.unwrap().is_empty(), "a GET is repeated");
    let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
    assert!(Error::from_client(&paths::EXECUTE_JOB, error).is_outcome_unknown());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn key_in_a_response_is_masked_in_errors() {
    let server = FakeServer::start(|n, _| match n {
        0 => json_response(401, r#"{"Message":"The key s3cret is not known."}"#),
        1 => raw(500, b"<h1>Bad key s3<b>cret</b></h1>"),
        2 => json_response(200, r#"[{"Id":"s3cret","Name":"x"}]"#),
        3 => json_response(200, r#"{"s3cret":1}"#),
        4 => raw(200, b"<p>Bad key s3<b>cret</b> &lt;x&gt;</p>"),
        _ => Response::builder()
            .status(302)
            .header("location", "http://x.test/?key=s3cret")
            .body(Body::empty())
            .unwrap(),
    });
    for n in 0..6 {
        let error = server.client().list_jobs().send().await.unwrap_err();
        let texts = format!("{error} {error:?}");
        assert!(!texts.contains("cret"), "{n}: {texts}");
        let error = Error::from_client(&paths::LIST_JOBS, error);
        let texts = format!("{error} {error:?}");
        assert!(!texts.contains("cret"), "{n}: {texts}");
        let messages = [(0, "The key *** is not known."), (4, "Bad key *** <x>")];
        if let Some((_, message)) = messages.into_iter().find(|(at, _)| *at == n) {
            assert_eq!(error.message.as_deref(), Some(message));
        }
    }
}
