//! `GET /config.json`: the settings of the console that is served from here.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use txjobs_sdk::ApiKey;

use super::loopback::is_loopback_request;
use super::options::{RelayedService, ServerOptions};
use crate::api;

#[derive(Clone, Debug)]
struct PageConfig {
    name: String,
    key_header: HeaderName,
    demo_key: Option<ApiKey>,
    relay: Option<RelayedService>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(flatten)]
    first: Profile<'a>,
    /// Replaces the profile above if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<Profile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo_key: Option<&'a str>,
}

/// A server that the console offers.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile<'a> {
    name: Cow<'a, str>,
    /// The address of the API, relative to the page.
    domain: String,
    key_header: &'a str,
    /// The address of the service to which it relays.
    #[serde(skip_serializing_if = "Option::is_none")]
    relay_for: Option<&'a str>,
}

pub(super) fn page_config_router(options: &ServerOptions, key_header: &HeaderName) -> Router {
    let config = PageConfig {
        name: options.name.clone(),
        key_header: key_header.clone(),
        demo_key: options.demo_key.clone(),
        relay: options.relay.clone(),
    };
    Router::new().route("/config.json", get(page_config)).with_state(config)
}

async fn page_config(State(config): State<PageConfig>, request: Request) -> Response {
    if config.demo_key.is_some() && !is_loopback_request(&request) {
        return api::forbidden_remote().into_response();
    }
    let first = Profile {
        name: config.name.as_str().into(),
        domain: "./".to_owned(),
        key_header: displayed_name(&config.key_header),
        relay_for: config.relay.as_ref().map(|relay| &*relay.address),
    };
    let archive = config.relay.as_ref().and_then(|relay| relay.archive).map(|path| Profile {
        name: format!("{} (archive)", config.name).into(),
        domain: format!(".{path}/"),
        relay_for: None,
        ..first.clone()
    });
    let profiles = archive.map_or_else(Vec::new, |archive| vec![first.clone(), archive]);
    let body = Body { first, profiles, demo_key: config.demo_key.as_ref().map(ApiKey::expose) };
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Returns the header name as the contract spells it. Header names ignore case, and the http crate stores them in lower case.
fn displayed_name(name: &HeaderName) -> &str {
    let default = txjobs_sdk::paths::API_KEY_HEADER;
    if default.eq_ignore_ascii_case(name.as_str()) { default } else { name.as_str() }
}
