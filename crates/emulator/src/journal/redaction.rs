//! Removes everything that may be an API key from a request, and bounds its size.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use txjobs_gateway::api::parse_id;

/// The longest text that is recorded, unless it is an id. Keys have at least 16 characters.
const MAX_TEXT: usize = 15;
/// The most segments of a path, and the most parameters of a query.
const MAX_PARTS: usize = 20;
/// The most header names of a request.
const MAX_HEADERS: usize = 40;
/// The maximum length of a recorded header name, in bytes. A key that is sent as a name is longer.
const MAX_HEADER_NAME: usize = 40;
/// Replaces omitted parts.
pub(super) const OMITTED: &str = "…";

/// What is recorded of a request.
#[derive(Debug)]
pub(super) struct RedactedRequest {
    pub method: String,
    pub path: String,
    pub headers: Vec<String>,
    pub query: Vec<String>,
}

impl RedactedRequest {
    pub fn new(parts: &Parts) -> Self {
        Self {
            method: method(&parts.method),
            path: path(&parts.uri),
            headers: header_names(&parts.headers),
            query: parameter_names(&parts.uri),
        }
    }
}

fn method(method: &Method) -> String {
    redact(method.as_str())
}

fn path(uri: &Uri) -> String {
    uri.path().split('/').take(MAX_PARTS).map(redact).collect::<Vec<_>>().join("/")
}

fn parameter_names(uri: &Uri) -> Vec<String> {
    let parameters = uri.query().unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty());
    parameters
        .take(MAX_PARTS)
        .map(|parameter| redact(parameter.split('=').next().unwrap_or_default()))
        .collect()
}

/// Returns the names of the headers, sorted, each once.
fn header_names(headers: &HeaderMap) -> Vec<String> {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let is_safe = |name: &str| name.len() <= MAX_TEXT || (name.len() <= MAX_HEADER_NAME && is_plain(name));
    let shown = |name: &str| if is_safe(name) { name.to_owned() } else { OMITTED.to_owned() };
    let mut names: Vec<_> = headers.keys().take(MAX_HEADERS).map(|name| shown(name.as_str())).collect();
    if headers.keys_len() > MAX_HEADERS {
        names.push(OMITTED.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn redact(text: &str) -> String {
    let is_safe = text.len() <= MAX_TEXT || parse_id(text).is_some();
    if is_safe { text.to_owned() } else { OMITTED.to_owned() }
}
