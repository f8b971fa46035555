//! `GET /config.json`: what the console served from here starts with.

use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::http::uri::Authority;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use txjobs_sdk::ApiKey;

use super::Front;
use crate::contract;

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
    /// Where the API is, seen from the page: here.
    domain: &'a str,
    key_header: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo_key: Option<&'a str>,
}

pub(super) fn router(front: &Front, key_header: &HeaderName) -> Router {
    let config = PageConfig {
        name: front.name.clone(),
        key_header: key_header.clone(),
        demo_key: front.demo_key.clone(),
    };
    Router::new().route("/config.json", get(answer)).with_state(config)
}

async fn answer(State(config): State<PageConfig>, request: Request) -> Response {
    // A name of a stranger's that leads to this machine (DNS rebinding) makes a stranger's page the same origin.
    if config.demo_key.is_some() && !is_asked_of_loopback(&request) {
        return contract::not_from_here().into_response();
    }
    let key_header = written_as_in_the_contract(&config.key_header);
    let body = Body {
        name: &config.name,
        domain: "./",
        key_header,
        demo_key: config.demo_key.as_ref().map(ApiKey::expose),
    };
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

// Header names ignore case, and the http crate keeps them in small letters; people know this one by its own spelling.
fn written_as_in_the_contract(name: &HeaderName) -> &str {
    let usual = txjobs_sdk::paths::API_KEY_HEADER;
    if usual.eq_ignore_ascii_case(name.as_str()) { usual } else { name.as_str() }
}

/// Whether the caller named a loopback address.
pub(crate) fn is_asked_of_loopback(request: &Request) -> bool {
    let host = request.headers().get(HOST).and_then(|h| h.to_str().ok()?.parse::<Authority>().ok());
    host.as_ref().or(request.uri().authority()).is_some_and(|host| is_loopback(host.host()))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn names_of_this_machine() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "[::2]", ""]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
