//! What `/admin` says: one envelope for every problem, and bodies that are read strictly.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

/// The greatest number that every reader of JSON knows exactly.
pub(super) const GREATEST: u64 = (1 << 53) - 1;

/// A request that is not done, and why.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

/// The number in the path.
#[derive(Debug)]
pub(super) struct Number(pub u64);

impl Problem {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// What the caller sent is not valid.
    pub fn invalid(because: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("The request is not valid: {because}."))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "message": self.message }))).into_response()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the store did not answer");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The store did not do it. The gateway's log says more.")
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) => {
                Self::invalid(cause(&rejection))
            }
            other => Self::new(other.status(), format!("{}.", other.body_text())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(Json::from_request(request, state).await.map(|Json(value)| value)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let number = Path::<u64>::from_request_parts(parts, state).await;
        number.map(|Path(number)| Self(number)).map_err(|_: PathRejection| {
            Problem::new(StatusCode::BAD_REQUEST, "The number of a rule is a whole number.")
        })
    }
}

pub(super) fn token_refused() -> Response {
    let problem = Problem::new(
        StatusCode::UNAUTHORIZED,
        "The admin token is missing or wrong. Send it as \"Authorization: Bearer TOKEN\"; the gateway prints it at its start.",
    );
    ([(WWW_AUTHENTICATE, "Bearer")], problem).into_response()
}

pub(super) fn not_from_here() -> Response {
    Problem::new(
        StatusCode::FORBIDDEN,
        "Ask by a loopback address, like http://127.0.0.1, or start the gateway with --admin-remote.",
    )
    .into_response()
}

pub(super) fn no_such_path() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "There is no such path. The reference is at /admin/docs.")
        .into_response()
}

pub(super) fn no_such_method() -> Response {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path does not take this method. The Allow header says which it takes.",
    )
    .into_response()
}

/// What is wrong with the JSON, without the words that are the same each time.
fn cause(rejection: &JsonRejection) -> String {
    let error = std::error::Error::source(rejection);
    error.map_or_else(|| rejection.body_text(), ToString::to_string)
}
