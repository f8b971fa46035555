//! `GET /config.json`: the settings of the console that is served from here.

use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use txjobs_sdk::ApiKey;

use super::loopback::is_loopback_request;
use super::options::ServerOptions;
use crate::api;

#[derive(Clone, Debug)]
struct PageConfig {
    name: String,
    key_header: HeaderName,
    demo_key: Option<ApiKey>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    name: &'a str,
    /// The address of the API, relative to the page.
    domain: &'a str,
    key_header: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo_key: Option<&'a str>,
}

pub(super) fn page_config_router(options: &ServerOptions, key_header: &HeaderName) -> Router {
    let config = PageConfig {
        name: options.name.clone(),
        key_header: key_header.clone(),
        demo_key: options.demo_key.clone(),
    };
    Router::new().route("/config.json", get(page_config)).with_state(config)
}

async fn page_config(State(config): State<PageConfig>, request: Request) -> Response {
    if config.demo_key.is_some() && !is_loopback_request(&request) {
        return api::forbidden_remote().into_response();
    }
    let body = Body {
        name: &config.name,
        domain: "./",
        key_header: displayed_name(&config.key_header),
        demo_key: config.demo_key.as_ref().map(ApiKey::expose),
    };
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Returns the header name as the contract spells it. Header names ignore case, and the http crate stores them in lower case.
fn displayed_name(name: &HeaderName) -> &str {
    let default = txjobs_sdk::paths::API_KEY_HEADER;
    if default.eq_ignore_ascii_case(name.as_str()) { default } else { name.as_str() }
}
