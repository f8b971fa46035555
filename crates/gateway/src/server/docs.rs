//! `GET /docs`: the contract for people, and as a file. What it says is public, so it wants no key.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

/// Made by the build script.
const PAGE: &str = include_str!(concat!(env!("OUT_DIR"), "/docs.html"));
/// The console's colours, so that both look like one thing.
const STYLE: &str =
    concat!(include_str!("../../../../web/styles/tokens.css"), include_str!("docs/style.css"));
const ICON: &str = include_str!("../../../../web/favicon.svg");
const SPEC: &str = include_str!("../../../../openapi.yaml");

/// The page loads its style and its icon from here, and nothing else from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router {
    Router::new()
        .route("/docs", get(async || answer("text/html; charset=utf-8", PAGE)))
        // The links of the page are relative to the address without a slash at its end.
        .route("/docs/", get(async || Redirect::permanent("../docs")))
        .route("/docs/style.css", get(async || answer("text/css; charset=utf-8", STYLE)))
        .route("/docs/icon.svg", get(async || answer("image/svg+xml", ICON)))
        .route("/docs/openapi.yaml", get(async || answer("application/yaml", SPEC)))
}

fn answer(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    let headers =
        [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-cache")];
    (headers, content)
}
