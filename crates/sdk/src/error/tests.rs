//! Tests of the classification and the texts of errors.

use super::*;
use crate::{decode, paths, types::Job};

fn status_error(status: u16, body: &str) -> Error {
    Error::from_response(&paths::GET_JOB_STATUS, status, None, body.as_bytes())
}

#[test]
fn status_determines_the_kind() {
    use ErrorKind::*;
    let kinds = [
        (301, NotThisApi),
        (400, RequestRefused),
        (401, KeyRefused),
        (403, KeyRefused),
        (404, NotFound),
        (408, Interrupted),
        (409, Conflict),
        (418, RequestRefused),
        (429, TooManyRequests),
        (500, ServerError),
        (503, ServerError),
    ];
    for (status, kind) in kinds {
        assert_eq!(status_error(status, "").kind, kind, "{status}");
    }
    assert_eq!(Error::from_response(&paths::LIST_JOBS, 404, None, b"").kind, NotThisApi);
}

#[test]
fn display_has_summary_status_message_and_advice() {
    let error = status_error(401, r#"{"Message":"The API key is missing or wrong."}"#);
    assert_eq!(
        error.to_string(),
        "The server refused the API key. (401: The API key is missing or wrong.) Check that the key is complete and \
         belongs to this organization, and that the header name is correct."
    );
}

#[test]
fn post_that_may_have_taken_effect_has_an_unknown_outcome() {
    let is_unknown =
        |status| Error::from_response(&paths::EXECUTE_JOB, status, None, b"").is_outcome_unknown();
    for status in [200, 303, 408, 500, 502, 504] {
        assert!(is_unknown(status), "{status}");
    }
    for status in [302, 400, 401, 404, 409, 429] {
        assert!(!is_unknown(status), "{status}");
    }
    let timed_out = status_error(408, "");
    assert!(timed_out.is_transient() && !timed_out.is_outcome_unknown());
}

#[test]
fn advice_after_a_get_does_not_mention_starting_again() {
    for status in [200, 302, 400, 401, 404, 408, 409, 429, 500, 503] {
        let text = status_error(status, "").to_string();
        assert!(!text.contains("start it again") && !text.contains("taken effect"), "{text}");
    }
    let interrupted = Error::new(ErrorKind::Interrupted).with_operation(&paths::LIST_JOBS);
    assert!(interrupted.advice().starts_with("Try again"), "{interrupted}");
}

#[test]
fn decode_error_text_is_a_detail_and_not_displayed() {
    for (body, kind) in [
        ("[{\"Id\":", ErrorKind::Interrupted),
        ("", ErrorKind::InvalidBody),
        ("nonsense", ErrorKind::InvalidBody),
        ("{}", ErrorKind::InvalidBody),
    ] {
        let decode_error = decode::json::<Vec<Job>>(body.as_bytes()).unwrap_err();
        let error = Error::from_decode_error(&paths::LIST_JOBS, 200, body.as_bytes(), &decode_error);
        assert_eq!(error.kind, kind, "{body}");
        let detail = error.detail.as_deref().unwrap();
        assert!(detail.contains(" line 1 column"), "{detail}");
        assert!(!error.to_string().contains(detail) && !error.to_string().contains("line 1"), "{error}");
    }
}

#[test]
fn key_in_a_response_is_masked() {
    let key = ApiKey::new("s3cret-key").unwrap();
    for body in [
        r#"{"Message":"Unknown key s3cret-key."}"#,
        r#"{"Message":"Unknown key s3cret\u002dkey."}"#,
        "Unknown key s3cret%2Dkey.",
        "<p>Unknown key s3<b>cret</b>-key.</p>",
        "<p>Unknown key s3cret&#45;key.</p>",
    ] {
        let error = status_error(401, body).with_masked_key(&key);
        assert_eq!(error.message.as_deref(), Some("Unknown key ***."), "{body}");
        assert!(!format!("{error} {error:?}").contains("cret"), "{error:?}");
    }
    let truncated = status_error(500, &format!("{}s3cret-key", "x".repeat(495))).with_masked_key(&key);
    assert!(!truncated.message.unwrap().contains("s3"));
}
