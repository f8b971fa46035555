//! Reads the bodies and paths of requests.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::error::AdminError;
use super::strict::{Strict, parse_whole_number};

/// The greatest integer that every JSON reader represents exactly.
pub(super) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A body that is strict JSON.
#[derive(Debug)]
pub(super) struct StrictJson<T>(pub T);

/// The id of a fault rule in the path.
#[derive(Debug)]
pub(super) struct RuleId(pub u64);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for StrictJson<T> {
    type Rejection = AdminError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AdminError> {
        if !is_json(request.headers()) {
            let message = "Send the body as JSON, with the header \"Content-Type: application/json\".";
            return Err(AdminError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let Json(Strict) = Json::from_bytes(&bytes)?;
        Ok(Self(Json::from_bytes(&bytes).map(|Json(value)| value)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RuleId {
    type Rejection = AdminError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AdminError> {
        let invalid =
            || AdminError::new(StatusCode::BAD_REQUEST, "The id of a rule must be a whole number from 1.");
        let text = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = text.map_err(|_: PathRejection| invalid())?;
        parse_whole_number(&text).filter(|number| *number > 0).map(Self).ok_or_else(invalid)
    }
}

/// Returns whether the header `Content-Type` names JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
