//! Every way to say no: one function each, one envelope, a sentence that helps.

use std::borrow::Cow;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use txjobs_sdk::operation::Operation;
use txjobs_sdk::{paths, types};

use txjobs_store::ErrorKind;

/// A request that is not done, and why.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    reason: Reason,
    message: Cow<'static, str>,
    header: Option<(HeaderName, &'static str)>,
}

/// Why, where servers differ in how they say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The key is missing or wrong.
    KeyRefused,
    /// The organization has no such job.
    NoSuchJob,
    /// The job is pending or running.
    Busy,
    /// Something else.
    Other,
}

/// What a refusal says: an extension of its answer, for those who say it otherwise.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// The sentence.
    pub message: Cow<'static, str>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, reason: Reason::Other, message: message.into(), header: None }
    }

    fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, reason, message, header } = self;
        let body = types::ErrorBody { message: message.to_string() };
        let refused = Extension(Refused { reason, message });
        (status, header.map(|header| [header]), refused, Json(body)).into_response()
    }
}

impl From<txjobs_store::Error> for Refusal {
    fn from(error: txjobs_store::Error) -> Self {
        tracing::error!("the store failed: {error:#}");
        store_failed(error.kind())
    }
}

pub(super) fn bad_id(parameter: &str) -> Refusal {
    let message = format!(
        "{parameter} is not a valid id. Send it as it was given to you, like 3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35."
    );
    Refusal::new(StatusCode::BAD_REQUEST, message)
}

pub(super) fn bad_query() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "The query must be a list of name=value, separated by &.")
}

pub(super) fn bad_parameter(parameter: &str, expected: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, format!("The query parameter {parameter} must be {expected}."))
}

pub(super) fn repeated_parameter(parameter: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        format!("The query parameter {parameter} is there twice. Send it once."),
    )
}

pub(super) fn key_refused() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "The API key is missing or wrong.")
        // A 401 must name a scheme. There is no registered one for keys, and no browser asks its user for this one.
        .with_header(WWW_AUTHENTICATE, "ApiKey")
        .because(Reason::KeyRefused)
}

pub(crate) fn not_from_here() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "Open the gateway by a loopback address, like http://127.0.0.1.")
}

pub(super) fn no_such_job() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "There is no such job in the organization of this API key.")
        .because(Reason::NoSuchJob)
}

/// Refuses an unknown path. `intended` is an operation whose path differs in its slashes only.
pub(super) fn no_such_path(intended: Option<&Operation>) -> Refusal {
    let message = match intended {
        Some(operation) => {
            format!(
                "There is no such path. Write it with single slashes and none at the end: {}.",
                operation.template
            )
        }
        None => format!("There is no such path. The operations begin at {}.", paths::LIST_JOBS.template),
    };
    Refusal::new(StatusCode::NOT_FOUND, message)
}

pub(super) fn bad_body() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "The request's body cannot be read. No operation takes one.")
}

pub(crate) fn no_such_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path does not take this method. The Allow header says which it takes.",
    )
}

pub(super) fn busy() -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "The job is already pending or running.").because(Reason::Busy)
}

pub(super) fn nothing_to_cancel() -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "The job is idle: there is nothing to cancel.")
}

pub(super) fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The request's body is too large. No operation takes one.")
}

pub(super) fn internal() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The gateway failed at this request. Its log on standard error says more.",
    )
}

fn store_failed(kind: ErrorKind) -> Refusal {
    let message = match kind {
        kind if !kind.is_outage() => "The store failed. Whether anything happened is unknown.".to_owned(),
        kind if kind.has_no_effect() => {
            format!("The gateway cannot do this now: {kind}. Nothing was changed. Try again later.")
        }
        kind => format!("The gateway cannot do this now: {kind}. Whether anything happened is unknown."),
    };
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).with_header(RETRY_AFTER, "5")
}
