//! The error responses, each with a sentence that names the remedy.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use txjobs_sdk::operation::Operation;
use txjobs_sdk::{paths, types};
use txjobs_store::{ErrorKind, Scope};

/// An error response.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    reason: ErrorReason,
    message: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
}

/// The reason of an error to which servers respond differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorReason {
    /// The key is missing or wrong.
    InvalidKey,
    /// The organization has no such job.
    UnknownJob,
    /// The job is pending or running.
    JobIsBusy,
    /// Another reason.
    Other,
}

/// The content of an error, as an extension of its response, for layers that write errors in another form.
#[derive(Clone, Debug)]
pub struct ErrorDetails {
    /// The reason.
    pub reason: ErrorReason,
    /// The sentence.
    pub message: Cow<'static, str>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, reason: ErrorReason::Other, message: message.into(), header: None }
    }

    fn with_reason(mut self, reason: ErrorReason) -> Self {
        self.reason = reason;
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.header = Some((name, value.into()));
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, reason, message, header } = self;
        let body = types::ErrorBody { message: message.to_string() };
        let details = Extension(ErrorDetails { reason, message });
        (status, header.map(|header| [header]), details, Json(body)).into_response()
    }
}

impl From<txjobs_store::Error> for ApiError {
    fn from(error: txjobs_store::Error) -> Self {
        tracing::error!("the store failed: {error:#}");
        store_failed(error.kind())
    }
}

pub(crate) fn invalid_id(parameter: &str) -> ApiError {
    let message = format!(
        "{parameter} is not a valid id. Send it as you received it, like 3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35."
    );
    ApiError::new(StatusCode::BAD_REQUEST, message)
}

pub(super) fn invalid_query() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "The query must be a list of name=value, separated by &.")
}

pub(super) fn invalid_parameter(parameter: &str, expected: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, format!("The query parameter {parameter} must be {expected}."))
}

pub(super) fn repeated_parameter(parameter: &str) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        format!("The query parameter {parameter} is repeated. Send it once."),
    )
}

pub(crate) fn invalid_key() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "The API key is missing or wrong.")
        // A 401 must name a scheme. None is registered for API keys, and no browser prompts for this one.
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("ApiKey"))
        .with_reason(ErrorReason::InvalidKey)
}

/// Returns the error for a wrong key after too many wrong ones. The next attempt is possible after `wait`.
pub(crate) fn too_many_attempts(wait: Duration) -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "The API key is wrong, and there were too many requests with a wrong key from this address. Correct the key; a \
         valid one is accepted at once.",
    )
    .with_header(RETRY_AFTER, wait.as_secs_f64().ceil().max(1.0) as u64)
}

pub(super) fn expired_key() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "The API key has expired. Create another one.")
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("ApiKey"))
        .with_reason(ErrorReason::InvalidKey)
}

pub(super) fn missing_scope(scope: Scope) -> ApiError {
    let scope = scope.name();
    let message = format!("The API key does not have the scope \"{scope}\". Use a key that has it.");
    ApiError::new(StatusCode::FORBIDDEN, message)
}

/// Returns the error for a request whose `Host` is not a loopback address.
pub fn forbidden_remote() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "Open the gateway by a loopback address, like http://127.0.0.1.")
}

pub(super) fn unknown_job() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such job in the organization of this API key.")
        .with_reason(ErrorReason::UnknownJob)
}

/// Returns the error for an unknown path. `intended` is an operation whose path differs in its slashes only.
pub(super) fn unknown_path(intended: Option<&Operation>) -> ApiError {
    let message = match intended {
        Some(operation) => {
            format!(
                "There is no such path. Write it with single slashes and none at the end: {}.",
                operation.template
            )
        }
        None => format!("There is no such path. The operations begin at {}.", paths::LIST_JOBS.template),
    };
    ApiError::new(StatusCode::NOT_FOUND, message)
}

pub(super) fn unreadable_body() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "The request's body cannot be read. No operation takes one.")
}

/// Returns the error for a known path with a method that it does not have.
pub fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path does not have this method. The Allow header lists its methods.",
    )
}

pub(super) fn job_is_busy() -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "The job is already pending or running.")
        .with_reason(ErrorReason::JobIsBusy)
}

pub(super) fn job_is_idle() -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "The job is idle: there is nothing to cancel.")
}

pub(super) fn body_too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "The request's body is too large. No operation takes one.")
}

pub(super) fn internal() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The gateway failed at this request. Its log on standard error has the details.",
    )
}

fn store_failed(kind: ErrorKind) -> ApiError {
    let message = match kind {
        kind if !kind.is_outage() => {
            "The store failed. Whether anything was changed is unknown. The gateway's log has the details."
                .to_owned()
        }
        kind if kind.has_no_effect() => {
            format!("The gateway cannot do this now: {kind}. Nothing was changed. Try again later.")
        }
        kind => {
            format!("The gateway cannot do this now: {kind}. Whether anything was changed is unknown.")
        }
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message).with_header(RETRY_AFTER, 5)
}
