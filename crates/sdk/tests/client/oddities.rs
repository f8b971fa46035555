//! Bodies that a strict parser would refuse, and servers that repeat the key.

use axum::{body::Body, http::Response};
use txjobs_sdk::{Error, ErrorKind, paths, types::JobId};

use crate::server::{Server, json};

const JOB: JobId = JobId(uuid::Uuid::from_u128(7));

fn raw(status: u16, body: &'static [u8]) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn one_bad_character_does_not_lose_the_list() {
    let server = Server::start(|n, _| match n {
        0 => raw(
            200,
            br#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"a\ud800b"},{"Id":"{3F2B8C1E5D474A9B8E601C9F2A7D4B36}","Name":"c"}]"#,
        ),
        1 => raw(200, b"[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\xffb\"}]"),
        _ => raw(500, b"{\"Message\":\"No \xff\\udc00 disk\"}"),
    })
    .await;
    let names = async || {
        let jobs = server.client().list_jobs().send().await.unwrap().into_inner();
        jobs.into_iter().map(|job| job.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["a\u{fffd}b", "c"]);
    assert_eq!(names().await, ["a\u{fffd}b"]);
    let error = server.client().list_jobs().send().await.unwrap_err();
    let trouble = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(trouble.message.as_deref(), Some("No \u{fffd}\u{fffd} disk"));
}

#[tokio::test]
async fn json_that_ends_early_is_asked_for_again() {
    let server = Server::start(|n, _| if n < 2 { json(200, "[{\"Id\":") } else { json(200, "[]") }).await;
    assert!(server.client().list_jobs().send().await.unwrap().is_empty());
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn json_that_always_ends_early_is_an_interrupted_transfer() {
    let server = Server::start(|_, asked| {
        json(200, if asked.method == "GET" { "[{\"Id\":" } else { "{\"JobId\":\"3f2b" })
    })
    .await;
    let error = server.client().list_jobs().send().await.unwrap_err();
    assert_eq!(server.asked().len(), 3, "within the usual bounds");
    let trouble = Error::from_client(&paths::LIST_JOBS, error);
    assert_eq!(trouble.kind, ErrorKind::Interrupted);
    assert!(trouble.is_transient() && !trouble.is_outcome_unknown(), "{trouble}");
    assert!(!trouble.to_string().contains("EOF") && trouble.detail.unwrap().contains("EOF"));

    let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
    assert_eq!(server.asked().len(), 4, "a POST is sent once");
    let trouble = Error::from_client(&paths::EXECUTE_JOB, error);
    assert!(trouble.kind == ErrorKind::Interrupted && trouble.is_outcome_unknown(), "{trouble}");
}

#[tokio::test]
async fn an_answer_that_is_not_cut_is_not_asked_for_again() {
    let server = Server::start(|n, _| json(200, ["", "nonsense", "{}"][n])).await;
    for _ in 0..3 {
        let error = server.client().list_jobs().send().await.unwrap_err();
        let trouble = Error::from_client(&paths::LIST_JOBS, error);
        assert_eq!((trouble.kind, trouble.message), (ErrorKind::InvalidBody, None));
    }
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn request_timeout_of_a_post_leaves_the_outcome_unknown() {
    let server =
        Server::start(|n, _| if n == 0 { json(408, "") } else { json([200, 408][n - 1], "[]") }).await;
    assert!(server.client().list_jobs().send().await.unwrap().is_empty(), "a GET is sent again");
    let error = server.client().execute_job().job_id(JOB).send().await.unwrap_err();
    assert!(Error::from_client(&paths::EXECUTE_JOB, error).is_outcome_unknown());
    assert_eq!(server.asked().len(), 3);
}

/// The key of `Server::client` is `s3cret`.
#[tokio::test]
async fn a_key_that_the_server_repeats_is_in_no_message() {
    let server = Server::start(|n, _| match n {
        0 => json(401, r#"{"Message":"The key s3cret is not known."}"#),
        1 => raw(500, b"<h1>Bad key s3<b>cret</b></h1>"),
        2 => json(200, r#"[{"Id":"s3cret","Name":"x"}]"#),
        3 => json(200, r#"{"s3cret":1}"#),
        4 => raw(200, b"<p>Bad key s3<b>cret</b> &lt;x&gt;</p>"),
        _ => Response::builder()
            .status(302)
            .header("location", "http://x.test/?key=s3cret")
            .body(Body::empty())
            .unwrap(),
    })
    .await;
    for n in 0..6 {
        let error = server.client().list_jobs().send().await.unwrap_err();
        let texts = format!("{error} {error:?}");
        assert!(!texts.contains("cret"), "{n}: {texts}");
        let trouble = Error::from_client(&paths::LIST_JOBS, error);
        let texts = format!("{trouble} {trouble:?}");
        assert!(!texts.contains("cret"), "{n}: {texts}");
        let words = [(0, "The key *** is not known."), (4, "Bad key *** <x>")];
        if let Some((_, words)) = words.into_iter().find(|(at, _)| *at == n) {
            assert_eq!(trouble.message.as_deref(), Some(words));
        }
    }
}
