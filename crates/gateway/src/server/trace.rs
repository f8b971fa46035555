//! The tracing span of a request, and its line in the log.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::Response;
use tower_http::request_id::RequestId;
use tracing::Span;
use txjobs_sdk::paths;

use crate::api::parse_id;
use crate::telemetry;

/// A path that is not written.
const UNKNOWN: &str = "unknown";

/// Returns the span of a request: its method, the known parts of its path, and its id. It is a part of every line of the log about
/// the request, whatever the level of the line.
///
/// People put keys into URLs by mistake. So only known paths and the ids in them are written: no query, no unknown path, and no
/// header.
pub(super) fn request_span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let route = request.extensions().get::<MatchedPath>().map_or(UNKNOWN, MatchedPath::as_str);
    telemetry::request_span(method(request), known_path(request), route, id, request.headers())
}

/// Logs a response. The span has the request.
pub(super) fn log_response<B>(response: &Response<B>, duration: Duration, span: &Span) {
    telemetry::record_status(span, response.status());
    let duration_ms = duration.as_secs_f64() * 1000.0;
    tracing::debug!(status = response.status().as_u16(), duration_ms, "responded");
}

/// Returns the name of a known method: a client may send any word.
fn method(request: &Request) -> &str {
    match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH") => known,
        _ => "other",
    }
}

fn known_path(request: &Request) -> &str {
    let path = request.uri().path();
    if paths::ALL.iter().any(|operation| matches_template(operation.template, path)) {
        return path;
    }
    request.extensions().get::<MatchedPath>().map_or(UNKNOWN, MatchedPath::as_str)
}

/// Returns whether a path matches this template, with ids as its parameters.
fn matches_template(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    template.split('/').all(|expected| match parts.next() {
        Some(part) if expected.starts_with('{') => parse_id(part).is_some(),
        part => part == Some(expected),
    }) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_ids_in_their_places_are_shown() {
        let id = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
        let shown = |uri: &str| known_path(&Request::get(uri).body(Body::empty()).unwrap()).to_owned();
        for path in ["/public/jobs", &format!("/public/jobs/{id}/logs/{id}")] {
            assert_eq!(shown(path), path);
            assert_eq!(shown(&format!("{path}?apiKey=txg_secret")), path);
        }
        for path in
            ["/public/jobs/txg_secret/status", "/txg_secret", &format!("/public/{id}"), "/public/jobs/"]
        {
            assert_eq!(shown(path), "unknown", "{path}");
        }
        let odd = Request::builder().method("txg_secret").uri("/").body(Body::empty()).unwrap();
        assert_eq!(method(&odd), "other");
    }
}
