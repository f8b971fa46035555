//! What a relay takes from the request of a caller.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Query, RawPathParams};
use axum::http::header::{ACCEPT, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use txjobs_sdk::operation::{Method, Operation};
use txjobs_sdk::{ApiKey, paths};
use txjobs_store::Scope;
use uuid::Uuid;

use super::service::Relay;
use crate::api::{self, ApiError, AppState, Caller, parse_id};

/// The longest value of a query parameter.
const MAX_VALUE_LENGTH: usize = 200;

/// Returns the key for the service: that of the relay for a caller with a key of the gateway, or else the caller's own.
pub(super) async fn authorize(
    relay: &Relay,
    app: &AppState,
    operation: &Operation,
    parts: &mut Parts,
) -> Result<ApiKey, ApiError> {
    if let Some(key) = relay.held_key() {
        let caller = Caller::from_request_parts(parts, app).await?;
        caller.require_scope(required_scope(operation))?;
        return Ok(key);
    }
    let mut values = parts.headers.get_all(&app.key_header).iter();
    let key = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(|text| ApiKey::new(text).ok()),
        _ => None,
    };
    let key = key.ok_or_else(api::invalid_key)?;
    relay.callers.check(&key, peer(parts))?;
    Ok(key)
}

/// Returns the scope that a key of the gateway needs for an operation.
fn required_scope(operation: &Operation) -> Scope {
    match operation.method {
        Method::Get => Scope::Read,
        Method::Post if operation.id == paths::CANCEL_JOB.id => Scope::Cancel,
        Method::Post => Scope::Run,
    }
}

/// Returns the ids in the path by the names of their parameters.
pub(super) async fn path_ids(parts: &mut Parts, app: &AppState) -> Result<Vec<(String, Uuid)>, ApiError> {
    let invalid = |_| ApiError::new(StatusCode::BAD_REQUEST, "The path is not valid.");
    let parameters = RawPathParams::from_request_parts(parts, app).await.map_err(invalid)?;
    let parse = |(name, text): (&str, &str)| {
        let id = parse_id(text).ok_or_else(|| api::invalid_id(name))?;
        Ok((name.to_owned(), id))
    };
    parameters.iter().map(parse).collect()
}

/// Returns the query parameters of the operation. Others are not passed on.
pub(super) fn query_parameters(
    operation: &Operation,
    parts: &Parts,
) -> Result<Vec<(&'static str, String)>, ApiError> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let Query(pairs) = query.map_err(|_| {
        ApiError::new(StatusCode::BAD_REQUEST, "The query must be a list of name=value, separated by &.")
    })?;
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for (name, value) in pairs {
        let Some(known) = operation.query_parameters.iter().find(|known| **known == name) else { continue };
        if value.len() > MAX_VALUE_LENGTH || found.iter().any(|(name, _)| name == known) {
            let message = format!("The query parameter {known} is repeated or too long. Send it once.");
            return Err(ApiError::new(StatusCode::BAD_REQUEST, message));
        }
        found.push((known, value));
    }
    Ok(found)
}

/// Returns the headers of a request that are passed on. The key is added later.
pub(super) fn request_headers(operation: &Operation, headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::new();
    passed.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(value) = headers.get(IF_NONE_MATCH).filter(|_| operation.method == Method::Get) {
        passed.insert(IF_NONE_MATCH, value.clone());
    }
    passed
}

/// Returns the address of the caller. In a test without a connection there is none.
pub(super) fn peer(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0)
}
