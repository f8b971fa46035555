//! One address for everything: the contract, its reference page, the health check, the console's files.

mod console;
mod docs;
mod health;
mod page_config;

use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;
use txjobs_sdk::ApiKey;

use crate::contract::{self, Gateway};

/// What is served beside the contract.
#[derive(Clone, Debug)]
pub struct Front {
    /// What the console calls this gateway.
    pub name: String,
    /// The console's files.
    pub console: Option<PathBuf>,
    /// The key that the console is offered, on a loopback address only.
    pub demo_key: Option<ApiKey>,
}

/// Every route.
pub fn router(gateway: Gateway, front: Front) -> Router {
    let page_config = page_config::router(&front, &gateway.key_header);
    let pages = Router::new()
        .route("/health", get(health::answer).with_state(gateway.store.clone()))
        .merge(page_config)
        .merge(docs::router())
        .merge(console::router(front.console.as_deref()));
    console::with_security_headers(pages)
        .merge(contract::router(gateway))
        .layer(CompressionLayer::new())
        // Method, path and status: never a header, where the key is.
        .layer(TraceLayer::new_for_http())
}
