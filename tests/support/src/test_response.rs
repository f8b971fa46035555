//! A response of a gateway or an emulator.

use axum::http::HeaderMap;
use serde_json::Value;
use txjobs_sdk::paths;

/// A response with its complete body.
#[derive(Debug)]
pub struct TestResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. Bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl TestResponse {
    /// Returns the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Returns the value of a header, or an empty text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts the status and the error body, and returns its message.
    #[track_caller]
    pub fn expect_error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        let message = body["Message"].as_str().unwrap_or_default().to_owned();
        assert!(message.ends_with('.'), "{message}");
        message
    }

    /// Asserts the status 200 and the headers that all responses of the API have, and returns the body.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header(paths::EXTENSIONS_HEADER), "cancel, after, limit, logs, executions");
        let cache_control = if self.header("etag").is_empty() { "no-store" } else { "private, no-cache" };
        assert_eq!(self.header("cache-control"), cache_control);
        self.json()
    }
}
