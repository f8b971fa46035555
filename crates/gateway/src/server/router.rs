//! Combines all routes.

use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::{Router, middleware};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::console;
use super::health::health_router;
use super::options::{NoCompression, ServerOptions};
use super::page_config::page_config_router;
use super::reference::{self, reference_router};
use super::trace;
use crate::api::{self, AppState};
use crate::request_id;

/// Returns all routes of the gateway.
pub fn router(state: AppState, options: &ServerOptions) -> Router {
    let pages = pages(&state, options, Router::new());
    with_compression_and_trace(pages.merge(api::router(api::operations(), state)))
}

/// Returns the pages beside the contract, with the security headers of pages. `more` are pages of the program.
pub fn pages(state: &AppState, options: &ServerOptions, more: Router) -> Router {
    let not_found = api::unknown_path_router(&state.key_header);
    let pages = Router::new()
        .merge(health_router(state.store.clone(), state.stopping.clone()))
        .merge(page_config_router(options, &state.key_header))
        .merge(reference_router(&reference::CONTRACT))
        .merge(console::console_router(options.console.as_deref(), not_found))
        .merge(more)
        .method_not_allowed_fallback(async || api::method_not_allowed());
    console::with_security_headers(pages)
}

/// Adds the compression of responses, the ids of requests, and their tracing. These are the outermost layers.
pub fn with_compression_and_trace(router: Router) -> Router {
    let compresses =
        DefaultPredicate::new().and(|_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
            extensions.get::<NoCompression>().is_none()
        });
    router
        // The level with the smallest state: a client that reads a log slowly keeps one, and the default level of brotli takes
        // 11 MB.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compresses))
        .layer(middleware::map_request(request_id::hide_generated_id))
        .layer(PropagateRequestIdLayer::x_request_id())
        // Method, known path, id and status: nothing that may be a key.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(trace::request_span)
                .on_request(())
                .on_response(trace::log_response)
                .on_eos(()),
        )
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(request_id::remove_unsafe_id))
}
