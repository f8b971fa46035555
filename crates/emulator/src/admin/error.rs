//! The error responses of the admin API.

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error response.
#[derive(Debug)]
pub(super) struct AdminError {
    status: StatusCode,
    message: String,
}

impl AdminError {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// Creates the error for an invalid request.
    pub fn invalid(reason: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("The request is not valid: {reason}."))
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "message": self.message }))).into_response()
    }
}

impl From<txjobs_store::Error> for AdminError {
    fn from(error: txjobs_store::Error) -> Self {
        tracing::error!("the store failed: {error:#}");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The store failed. The emulator's log has the details.")
    }
}

impl From<JsonRejection> for AdminError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) => {
                Self::invalid(cause(&rejection))
            }
            other => Self::new(other.status(), format!("{}.", other.body_text())),
        }
    }
}

impl From<BytesRejection> for AdminError {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), format!("{}.", rejection.body_text()))
    }
}

pub(super) fn invalid_token() -> Response {
    let error = AdminError::new(
        StatusCode::UNAUTHORIZED,
        "The admin token is missing or wrong. Send it as \"Authorization: Bearer TOKEN\"; the emulator prints it at its start.",
    );
    ([(WWW_AUTHENTICATE, "Bearer")], error).into_response()
}

pub(super) fn forbidden_remote() -> Response {
    AdminError::new(
        StatusCode::FORBIDDEN,
        "Use a loopback address, like http://127.0.0.1, or start the emulator with --admin-remote.",
    )
    .into_response()
}

pub(super) fn unknown_path() -> Response {
    AdminError::new(StatusCode::NOT_FOUND, "There is no such path. The reference is at /admin/docs.")
        .into_response()
}

pub(super) fn method_not_allowed() -> Response {
    AdminError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path does not have this method. The Allow header lists its methods.",
    )
    .into_response()
}

/// Returns the cause of the error, without the text that is the same for every error.
fn cause(rejection: &JsonRejection) -> String {
    let error = std::error::Error::source(rejection);
    error.map_or_else(|| rejection.body_text(), ToString::to_string)
}
