//! What differs between the engines.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response};
use serde_json::Value;
use txjobs_test_support::json_response;

/// A request that a stand-in received.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: Method,
    /// The path and the query.
    pub target: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Recorded {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub fn is(&self, method: Method, target: &str) -> bool {
        self.method == method && self.target == target
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Token,
    Start,
    Poll,
    Cancel,
    Log,
}

/// How far the run of a stand-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Running,
    /// In a state that the engine's documentation does not have.
    Unknown,
    Succeeded,
    Failed,
    Canceled,
}

/// An engine as its documentation describes it.
pub trait Engine: Send + Sync {
    /// The guide whose configuration is used.
    fn guide(&self) -> &'static str;

    /// The origins in that configuration, in whose place is the stand-in.
    fn origins(&self) -> &'static [&'static str];

    /// Whether an access token is requested with the secret in the file.
    fn has_oauth2(&self) -> bool {
        false
    }

    /// Returns the token of a request.
    fn token<'a>(&self, request: &'a Recorded) -> &'a str {
        request.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }

    /// Returns what a request is for, or `None` if the engine has no such resource.
    fn kind(&self, request: &Recorded) -> Option<Kind>;

    /// Returns the response to a start. A request that the engine would refuse gets 400.
    fn started(&self, request: &Recorded, address: &str) -> Response<Body>;

    /// Returns the response to a poll. `reason` explains a failure.
    fn polled(&self, phase: Phase, reason: &str, lines: &[String]) -> Response<Body>;

    /// Returns the response to a cancellation.
    fn canceled(&self, request: &Recorded) -> Response<Body>;

    /// Returns the response to a request for the log.
    fn log(&self, _lines: &[String]) -> Response<Body> {
        json_response(404, "{}")
    }

    /// Returns whether lines of the log are copied.
    fn has_log(&self) -> bool {
        false
    }
}

pub fn ok(body: &Value) -> Response<Body> {
    json_response(200, &body.to_string())
}

/// Returns a response without a body.
pub fn empty(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

pub fn bad_request(request: &Recorded) -> Response<Body> {
    json_response(400, &serde_json::json!({ "error": format!("unexpected: {}", request.text) }).to_string())
}
