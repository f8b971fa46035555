//! Cross-origin requests from browsers.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};
use txjobs_sdk::paths;

use crate::request_id::REQUEST_ID;

const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Allows requests from every page, because access needs the key, which no browser adds by itself.
///
/// The allowed request headers are a fixed list and not those that the page requests, so that a new header is a decision.
pub(super) fn cors_layer(key_header: &HeaderName) -> CorsLayer {
    let default = HeaderName::try_from(paths::API_KEY_HEADER).ok();
    let mut allowed =
        vec![key_header.clone(), HeaderName::from_static("x-api-key"), CONTENT_TYPE, IF_NONE_MATCH];
    allowed.extend(default.filter(|default| default != key_header));
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers(allowed)
        .expose_headers([HeaderName::from_static(paths::EXTENSIONS_HEADER), REQUEST_ID, RETRY_AFTER, ETAG])
        .max_age(PREFLIGHT_AGE)
        // A browser sends a preflight request before a public page may call a gateway on this machine or in this network.
        .allow_private_network(true)
}
