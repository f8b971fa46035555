//! One request to the service, and what its caller gets.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tempfile::SpooledTempFile;
use tokio::time::timeout;
use txjobs_sdk::operation::{Method, Operation, Request};
use txjobs_sdk::{ApiKey, paths};
use uuid::Uuid;

use super::archive::{Content, Entry};
use super::body::RelayedBody;
use super::error::UpstreamError;
use super::service::Relay;
use super::upstream::UpstreamResponse;
use crate::api::{ApiError, AppState};

/// The largest response to a request that is sent once. It is read completely before it is passed on, so that one that breaks off is
/// an unclear outcome and not half a response.
const MAX_WRITE_RESPONSE_BYTES: u64 = 1024 * 1024;
/// The largest error response that is passed on.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// One request to the service and its response.
pub(super) struct Exchange {
    pub relay: Relay,
    pub app: AppState,
    pub operation: &'static Operation,
    pub key: ApiKey,
    /// Whether the key is that of the relay.
    pub has_own_key: bool,
    pub job: Option<Uuid>,
    /// Whether the response has whole executions.
    pub is_archivable: bool,
    pub is_conditional: bool,
    pub peer: Option<SocketAddr>,
}

/// Why there is no response of the service to pass on.
pub(super) enum Failure {
    Api(ApiError),
    Upstream(UpstreamError),
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl Exchange {
    /// Sends the request once, and returns the response for the caller.
    pub async fn perform(self, request: &Request, headers: HeaderMap) -> Result<Response, Failure> {
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

/// Returns whether the response is JSON. One without a type counts as JSON.
fn is_json(response: &UpstreamResponse) -> bool {
    let headers = response.response.headers();
    let is_json_type = |value: &HeaderValue| {
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
    };
    // The client removes the header of an encoding that it has decoded.
    !headers.contains_key(CONTENT_ENCODING) && headers.get_all(CONTENT_TYPE).iter().all(is_json_type)
}
