//! Limits the bodies of requests.

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

use super::error;

/// The largest body that is read. No operation takes one.
const MAX_BODY_BYTES: u64 = 64 * 1024;

/// Reads and drops the body before the request is handled, so that a request with an endless body has no effect.
pub(super) async fn limit_body(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY_BYTES) {
        return error::body_too_large().into_response();
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (mut chunks, mut size) = (body.into_data_stream(), 0);
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else { return error::unreadable_body().into_response() };
        size += chunk.len() as u64;
        if size > MAX_BODY_BYTES {
            return error::body_too_large().into_response();
        }
    }
    next.run(Request::from_parts(parts, Body::empty())).await
}
