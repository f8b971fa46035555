//! Reports rate limits.

use std::{collections::BTreeMap, time::SystemTime};

use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::json;

use super::{
    finding::{Finding, Findings, Outcome, Subject},
    requests::Response,
};
use crate::output::text;

const SUBJECT: Subject = Subject::Limits;
/// The most headers that are reported.
const MAX_HEADERS: usize = 10;

/// Adds the finding on rate limits.
pub(crate) fn check(responses: &[Response], findings: &mut Findings) {
    if responses.is_empty() {
        return;
    }
    let headers = limit_headers(responses);
    let refused: Vec<_> =
        responses.iter().filter(|response| response.status == StatusCode::TOO_MANY_REQUESTS).collect();
    let finding = if let Some(last) = refused.last() {
        let pause = last.retry_after().map(|after| after.delay(SystemTime::now().into()).as_secs());
        let advice = match pause {
            Some(seconds) => format!(
                "The server asks to wait {seconds} s. txjobs waits, up to five minutes at a time. Send fewer requests with this key."
            ),
            None => {
                "The server does not say how long to wait. txjobs waits a second, then longer.".to_owned()
            }
        };
        let text = format!("The server refused {} as too many (429).", text::count(refused.len(), "request"));
        let outcome = if is_stopped(responses) { Outcome::Fail } else { Outcome::Warn };
        Finding::new(SUBJECT, "rate", outcome, text).advice(advice).detail("RetryAfterSeconds", pause)
    } else if headers.is_empty() {
        Finding::pass(SUBJECT, "rate", "The server announces no rate limit.")
    } else {
        Finding::pass(SUBJECT, "rate", "The server announces a rate limit.")
    };
    findings.add(if headers.is_empty() {
        finding.detail("Headers", json!(headers))
    } else {
        finding.shown_detail("Headers", json!(headers))
    });
}

/// Returns whether the last request was refused, so that no further one was sent.
fn is_stopped(responses: &[Response]) -> bool {
    responses.last().is_some_and(|last| last.status == StatusCode::TOO_MANY_REQUESTS)
}

/// Returns the headers on rate limits of all responses. The last value of each header wins.
fn limit_headers(responses: &[Response]) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for response in responses {
        for (name, value) in &response.headers {
            let is_limit = name.as_str().replace('-', "").contains("ratelimit") || name == RETRY_AFTER;
            if is_limit && (headers.len() < MAX_HEADERS || headers.contains_key(name.as_str())) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                headers.insert(name.to_string(), value);
            }
        }
    }
    headers
}
