//! What the profile changes of a request before it is routed, and of the head of its answer.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, CACHE_CONTROL, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use txjobs_sdk::{Extensions, paths};

use super::Profile;
use crate::contract;
use crate::emulator::operation::Asked;

/// The query parameters that are extensions.
const EXTRA: [&str; 3] = ["after", "limit", "logs"];

/// Where a request came to.
#[derive(Debug)]
pub enum Came {
    /// To the contract.
    ToContract,
    /// To the contract's paths, where the contract is not.
    Astray,
    /// Elsewhere.
    Elsewhere,
}

/// Converts a request to the gateway's own form. `rewrites` is whether the bodies of answers are changed.
pub fn receive(profile: &Profile, rewrites: bool, key_header: &HeaderName, request: &mut Request) -> Came {
    let root = contract::root();
    let is_below =
        |path: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = request.uri().path();
    if !profile.prefix.is_empty() {
        match path.strip_prefix(profile.prefix.as_str()) {
            Some(rest) if is_below(rest) => {
                let rest = rest.to_owned();
                set_path(request, &rest, |_| true);
            }
            _ if is_below(path) => return Came::Astray,
            _ => return Came::Elsewhere,
        }
    } else if !is_below(path) {
        return Came::Elsewhere;
    }
    if let Some(other) = profile.other_key_header().filter(|other| other != key_header) {
        let headers = request.headers_mut();
        headers.remove(key_header);
        if let Some(key) = headers.remove(other) {
            headers.insert(key_header, key);
        }
    }
    if !profile.extensions {
        let path = request.uri().path().to_owned();
        set_path(request, &path, |name| !EXTRA.contains(&name));
        let asked = Asked::of(request.method(), &path);
        if asked.is_some_and(|asked| asked.operation.is(&paths::CANCEL_JOB)) {
            return Came::Astray;
        }
    }
    if !profile.extensions || rewrites {
        request.headers_mut().remove(IF_NONE_MATCH);
    }
    Came::ToContract
}

/// Makes the head of an answer what the profile wants.
pub fn send(profile: &Profile, rewrites: bool, method: &Method, answer: &mut Response) {
    let headers = answer.headers_mut();
    let extensions = HeaderName::from_static(paths::EXTENSIONS_HEADER);
    if !profile.extensions {
        headers.remove(&extensions);
    } else if !profile.keeps_lines() && headers.contains_key(&extensions) {
        let rest = Extensions::HEADER_VALUE.split(", ").filter(|name| *name != EXTRA[0]).collect::<Vec<_>>();
        headers
            .insert(extensions, HeaderValue::try_from(rest.join(", ")).expect("a part of a header's value"));
    }
    if (!profile.extensions || rewrites) && headers.remove(ETAG).is_some() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !profile.cors {
        without_cors(headers);
        if method == Method::OPTIONS {
            *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        }
    } else if let Some(key_header) = profile.other_key_header()
        && headers.contains_key(ACCESS_CONTROL_ALLOW_HEADERS)
    {
        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from(key_header));
    }
}

fn without_cors(headers: &mut HeaderMap) {
    let names: Vec<_> =
        headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// Sets the path, and keeps the query's parameters of these names.
fn set_path(request: &mut Request, path: &str, keeps: impl Fn(&str) -> bool) {
    let query = request.uri().query().unwrap_or_default();
    let kept: Vec<_> = query.split('&').filter(|p| keeps(p.split('=').next().unwrap_or_default())).collect();
    let query = kept.join("&");
    let all = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    // What was a path and a query still is one.
    parts.path_and_query = all.parse().ok();
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
}
