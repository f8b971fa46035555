//! Changes a request before it is routed, and the status and headers of its response before it is sent.

use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_HEADERS, CACHE_CONTROL, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH,
};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use txjobs_gateway::api;
use txjobs_sdk::{Extensions, paths};

use super::settings::Behavior;
use crate::operation::OperationCall;

/// The query parameters that are extensions of the contract.
const EXTENSION_PARAMETERS: [&str; 3] = ["after", "limit", "logs"];

/// How a request is routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// The request is for an operation of the contract.
    Contract,
    /// Nowhere, because it lacks the prefix of the contract's paths.
    WrongPrefix,
    /// Nowhere, because its operation is an extension of the contract, and extensions are disabled.
    DisabledOperation,
    /// The request is for a page outside of the contract.
    Outside,
}

/// Converts a request to that of the gateway, and returns how it is routed.
///
/// `rewrites` is whether the bodies of responses are rewritten.
pub fn receive(
    behavior: &Behavior,
    rewrites: bool,
    key_header: &HeaderName,
    request: &mut Request,
) -> Routing {
    let root = api::root();
    let is_of_contract =
        |path: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = request.uri().path();
    if !behavior.prefix.is_empty() {
        match path.strip_prefix(behavior.prefix.as_str()) {
            Some(rest) if is_of_contract(rest) => {
                let rest = rest.to_owned();
                set_path(request, &rest, |_| true);
            }
            _ if is_of_contract(path) => return Routing::WrongPrefix,
            _ => return Routing::Outside,
        }
    } else if !is_of_contract(path) {
        return Routing::Outside;
    }
    if let Some(other) = behavior.other_key_header().filter(|other| other != key_header) {
        let headers = request.headers_mut();
        headers.remove(key_header);
        if let Some(key) = headers.remove(other) {
            headers.insert(key_header, key);
        }
    }
    if !behavior.extensions {
        let path = request.uri().path().to_owned();
        set_path(request, &path, |name| !EXTENSION_PARAMETERS.contains(&name));
        let call = OperationCall::parse(request.method(), &path);
        if call.is_some_and(|call| call.operation.is(&paths::CANCEL_JOB)) {
            return Routing::DisabledOperation;
        }
    }
    if !behavior.extensions || rewrites {
        request.headers_mut().remove(IF_NONE_MATCH);
    }
    // The gateway must not compress bodies, because the behavior and the faults change them first.
    request.headers_mut().remove(ACCEPT_ENCODING);
    Routing::Contract
}

/// Changes the head of a response.
pub fn send(behavior: &Behavior, rewrites: bool, method: &Method, response: &mut Response) {
    let headers = response.headers_mut();
    let extensions = HeaderName::from_static(paths::EXTENSIONS_HEADER);
    if !behavior.extensions {
        headers.remove(&extensions);
    } else if !behavior.is_after_reliable() && headers.contains_key(&extensions) {
        let rest = Extensions::HEADER_VALUE
            .split(", ")
            .filter(|name| *name != EXTENSION_PARAMETERS[0])
            .collect::<Vec<_>>();
        headers
            .insert(extensions, HeaderValue::try_from(rest.join(", ")).expect("a part of a header's value"));
    }
    if (!behavior.extensions || rewrites) && headers.remove(ETAG).is_some() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !behavior.cors {
        remove_cors(headers);
        if method == Method::OPTIONS {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        }
    } else if let Some(key_header) = behavior.other_key_header()
        && headers.contains_key(ACCESS_CONTROL_ALLOW_HEADERS)
    {
        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from(key_header));
    }
}

fn remove_cors(headers: &mut HeaderMap) {
    let names: Vec<_> =
        headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// Sets the path, and keeps only some parameters of the query.
fn set_path(request: &mut Request, path: &str, keeps: impl Fn(&str) -> bool) {
    let query = request.uri().query().unwrap_or_default();
    let parameters: Vec<_> =
        query.split('&').filter(|p| keeps(p.split('=').next().unwrap_or_default())).collect();
    let query = parameters.join("&");
    let all = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    // A part of a valid path and query is valid.
    parts.path_and_query = all.parse().ok();
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
}
