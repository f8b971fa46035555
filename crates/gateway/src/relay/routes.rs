//! The routes of a relay.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Query, RawPathParams, Request, State};
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use tempfile::SpooledTempFile;
use tokio::time::timeout;
use txjobs_sdk::operation::{self, Method, Operation};
use txjobs_sdk::{ApiKey, paths};
use txjobs_store::Scope;
use uuid::Uuid;

use super::archive::{Content, Entry};
use super::body::RelayedBody;
use super::error::UpstreamError;
use super::service::Relay;
use super::upstream::UpstreamResponse;
use crate::api::{self, ApiError, AppState, Caller, parse_id};

/// The largest response to a request that is sent once. It is read completely before it is passed on, so that one that breaks off is
/// an unclear outcome and not half a response.
const MAX_WRITE_RESPONSE_BYTES: u64 = 1024 * 1024;
/// The largest error response that is passed on.
const MAX_ERROR_BYTES: u64 = 64 * 1024;
/// The longest value of a query parameter.
const MAX_VALUE_LENGTH: usize = 200;

/// Returns the operations of the contract, passed on to the service.
pub fn relay_router(relay: &Relay) -> Router<AppState> {
    let mut routes = Router::new();
    for operation in paths::ALL {
        let method = match operation.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let relay = relay.clone();
        let handler = move |State(app): State<AppState>, request: Request| async move {
            handle(relay, app, operation, request).await
        };
        routes = routes.route(operation.template, on(method, handler));
    }
    api::with_contract_layers(routes, unknown_path)
}

async fn handle(
    relay: Relay,
    app: AppState,
    operation: &'static Operation,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, _) = request.into_parts();
    let key = authorize(&relay, &app, operation, &mut parts).await?;
    let ids = path_ids(&mut parts, &app).await?;
    let query = query_parameters(operation, &parts)?;
    let value = |name: &str| {
        let id = ids.iter().find(|(known, _)| known == name).map(|(_, id)| id.to_string());
        id.or_else(|| query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
            .unwrap_or_default()
    };
    let upstream_request = operation.request(&value);
    let headers = request_headers(operation, &parts.headers);
    let is_conditional = headers.contains_key(IF_NONE_MATCH);
    let host = relay.upstream.host().to_owned();
    let exchange = Exchange {
        has_own_key: relay.key.is_some(),
        job: ids.first().map(|(_, id)| *id),
        is_archivable: query.iter().all(|(name, _)| *name == "limit"),
        is_conditional,
        operation,
        relay,
        key,
        peer: parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0),
        app,
    };
    // A request that is sent once is completed also if its caller leaves meanwhile.
    let response = match operation.method {
        Method::Get => exchange.perform(&upstream_request, headers).await,
        Method::Post => {
            let task = tokio::spawn(async move { exchange.perform(&upstream_request, headers).await });
            task.await
                .unwrap_or_else(|_| Err(UpstreamError::Interrupted("the relay failed".to_owned()).into()))
        }
    };
    response.map_err(|failure| match failure {
        Failure::Api(error) => error,
        Failure::Upstream(error) => error.into_api_error(operation.method, &host),
    })
}

/// One request to the service and its response.
struct Exchange {
    relay: Relay,
    app: AppState,
    operation: &'static Operation,
    key: ApiKey,
    /// Whether the key is that of the relay.
    has_own_key: bool,
    job: Option<Uuid>,
    /// Whether the response has whole executions.
    is_archivable: bool,
    is_conditional: bool,
    peer: Option<SocketAddr>,
}

enum Failure {
    Api(ApiError),
    Upstream(UpstreamError),
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl Exchange {
    async fn perform(self, request: &operation::Request, headers: HeaderMap) -> Result<Response, Failure> {
        let response = self.relay.upstream.send(request, &self.key, headers).await?;
        let status = response.response.status();
        match status {
            StatusCode::NOT_MODIFIED if self.is_conditional => Ok(self.not_modified(&response)),
            status if status.is_redirection() => Err(UpstreamError::Redirected(status).into()),
            status if status.is_informational() => Err(UpstreamError::NotJson.into()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.has_own_key => {
                if let Some(key) = &self.relay.key {
                    key.read_again();
                }
                Err(UpstreamError::KeyRefused(status).into())
            }
            StatusCode::UNAUTHORIZED => {
                // The service may not limit the attempts of the callers of a relay, who share its address.
                self.relay.callers.note_refused(&self.app, &self.key, self.peer).map_err(Failure::Api)?;
                self.error_response(response).await
            }
            status if status.is_success() => {
                if !self.has_own_key {
                    self.relay.callers.note_accepted(&self.key);
                }
                self.success_response(response).await
            }
            _ => self.error_response(response).await,
        }
    }

    fn not_modified(&self, response: &UpstreamResponse) -> Response {
        let headers = response_headers(response.response.headers(), &self.key);
        (StatusCode::NOT_MODIFIED, headers).into_response()
    }

    async fn success_response(self, response: UpstreamResponse) -> Result<Response, Failure> {
        if !is_json(&response) {
            return Err(UpstreamError::NotJson.into());
        }
        let status = response.response.status();
        let mut headers = response_headers(response.response.headers(), &self.key);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = match self.operation.method {
            Method::Post => {
                let body = RelayedBody::new(response, &self.key, MAX_WRITE_RESPONSE_BYTES);
                let read = timeout(self.relay.upstream.timeout(), body.read()).await;
                let read = read.map_err(|_| UpstreamError::TimedOut)?;
                Body::from(read.map_err(|error| UpstreamError::Interrupted(error.to_string()))?)
            }
            Method::Get => {
                let body = RelayedBody::new(response, &self.key, self.relay.max_response_bytes);
                match self.archiving(status) {
                    Some(archive) => body.with_copy().into_body(archive),
                    None => body.into_body(drop),
                }
            }
        };
        Ok((status, headers, body).into_response())
    }

    /// Returns what to do with a copy of the response, if it is archived.
    fn archiving(&self, status: StatusCode) -> Option<impl FnOnce(SpooledTempFile) + Send + use<>> {
        let archive =
            self.relay.archive.clone().filter(|_| status == StatusCode::OK && self.is_archivable)?;
        let content = match self.operation.id {
            id if id == paths::LIST_JOBS.id => Content::Jobs,
            id if id == paths::GET_JOB_LOGS.id || id == paths::GET_JOB_LOGS_BY_TRIGGER.id => {
                Content::Executions(self.job?)
            }
            _ => return None,
        };
        let key = self.key.clone();
        Some(move |body| archive.queue(Entry { content, body, key }))
    }

    /// Passes on an error in JSON. Another one, such as a page of a proxy, becomes an error of the contract.
    async fn error_response(self, response: UpstreamResponse) -> Result<Response, Failure> {
        let status = response.response.status();
        let mut headers = response_headers(response.response.headers(), &self.key);
        if is_json(&response)
            && let body = RelayedBody::new(response, &self.key, MAX_ERROR_BYTES)
            && let Ok(Ok(body)) = timeout(self.relay.upstream.timeout(), body.read()).await
            && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok()
        {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Ok((status, headers, body).into_response());
        }
        let message =
            format!("{} responded with {} and no explanation.", self.relay.upstream.host(), status.as_u16());
        Ok((headers, ApiError::new(status, message)).into_response())
    }
}

/// Returns the key for the service: that of the relay for a caller with a key of the gateway, or else the caller's own.
async fn authorize(
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
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    relay.callers.check(&key, peer)?;
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
async fn path_ids(parts: &mut Parts, app: &AppState) -> Result<Vec<(String, Uuid)>, ApiError> {
    let invalid = |_| ApiError::new(StatusCode::BAD_REQUEST, "The path is not valid.");
    let parameters = RawPathParams::from_request_parts(parts, app).await.map_err(invalid)?;
    let parse = |(name, text): (&str, &str)| {
        let id = parse_id(text).ok_or_else(|| api::invalid_id(name))?;
        Ok((name.to_owned(), id))
    };
    parameters.iter().map(parse).collect()
}

/// Returns the query parameters of the operation. Others are not passed on.
fn query_parameters(operation: &Operation, parts: &Parts) -> Result<Vec<(&'static str, String)>, ApiError> {
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
fn request_headers(operation: &Operation, headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::new();
    passed.insert(reqwest::header::ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(value) = headers.get(IF_NONE_MATCH).filter(|_| operation.method == Method::Get) {
        passed.insert(IF_NONE_MATCH, value.clone());
    }
    passed
}

/// Returns the headers of a response that are passed on, unless they contain the key.
fn response_headers(headers: &HeaderMap, key: &ApiKey) -> HeaderMap {
    let mut passed = HeaderMap::new();
    passed.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    for name in [ETAG, RETRY_AFTER, HeaderName::from_static(paths::EXTENSIONS_HEADER)] {
        let value = headers.get(&name).filter(|value| !contains(value.as_bytes(), key.expose().as_bytes()));
        if let Some(value) = value {
            passed.insert(name, value.clone());
        }
    }
    passed
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// Returns whether the response is JSON. A service that does not say what it sends is believed.
fn is_json(response: &UpstreamResponse) -> bool {
    let headers = response.response.headers();
    let is_json_type = |value: &HeaderValue| {
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
    };
    // The client removes the header of an encoding that it has decoded.
    !headers.contains_key(CONTENT_ENCODING) && headers.get_all(CONTENT_TYPE).iter().all(is_json_type)
}

/// Responds to a path that is no operation. One that a server could understand differently is an attempt to leave the contract.
async fn unknown_path(uri: Uri) -> ApiError {
    if is_ambiguous(uri.path()) {
        return ApiError::new(
            StatusCode::BAD_REQUEST,
            "The path is ambiguous. Write it without dot segments, backslashes, and encoded characters.",
        );
    }
    api::unknown_path_error(&uri)
}

/// Returns whether a path has dot segments, backslashes or encoded characters. The contract's paths need none of them.
fn is_ambiguous(path: &str) -> bool {
    path.contains(['%', '\\']) || path.split('/').any(|segment| matches!(segment, "." | ".."))
}
