//! What `/admin` says: one envelope for every problem, and bodies that are read strictly.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::strict::{Strict, whole_number};

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

impl From<txjobs_store::Error> for Problem {
    fn from(error: txjobs_store::Error) -> Self {
        tracing::error!("the store failed: {error:#}");
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

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), format!("{}.", rejection.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let said = "Send the body as JSON, with the header \"Content-Type: application/json\".";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, said));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let Json(Strict) = Json::from_bytes(&bytes)?;
        Ok(Self(Json::from_bytes(&bytes).map(|Json(value)| value)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refused =
            || Problem::new(StatusCode::BAD_REQUEST, "The number of a rule is a whole number from 1.");
        let text = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = text.map_err(|_: PathRejection| refused())?;
        whole_number(&text).filter(|number| *number > 0).map(Self).ok_or_else(refused)
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

/// Returns whether the header `Content-Type` names JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// What is wrong with the JSON, without the words that are the same each time.
fn cause(rejection: &JsonRejection) -> String {
    let error = std::error::Error::source(rejection);
    error.map_or_else(|| rejection.body_text(), ToString::to_string)
}
