//! Responds to unknown paths.

use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, Uri};
use tower_http::set_header::SetResponseHeaderLayer;
use txjobs_sdk::operation::Operation;
use txjobs_sdk::paths;

use super::cors::cors_layer;
use super::error::{self, ApiError};

/// Responds to unknown paths. With CORS, so that a page with a wrong base URL sees the 404 instead of a CORS error.
pub fn unknown_path_router(key_header: &HeaderName) -> Router {
    Router::new()
        .fallback(unknown_path)
        .layer(cors_layer(key_header))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
}

pub(super) async fn unknown_path(uri: Uri) -> ApiError {
    unknown_path_error(&uri)
}

/// Returns the error for an unknown path.
pub(crate) fn unknown_path_error(uri: &Uri) -> ApiError {
    error::unknown_path(intended_operation(uri.path()))
}

/// Returns the operation at a path with extra slashes.
fn intended_operation(path: &str) -> Option<&'static Operation> {
    let is_parameter = |part: &str| part.starts_with('{');
    let parts = || path.split('/').filter(|part| !part.is_empty());
    paths::ALL.iter().copied().find(|operation| {
        let expected = operation.template.split('/').filter(|part| !part.is_empty());
        parts().count() == expected.clone().count()
            && parts().zip(expected).all(|(part, expected)| part == expected || is_parameter(expected))
    })
}
