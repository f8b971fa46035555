//! One address for everything: the contract, its reference page, the health check, the console's files.

pub mod connections;
mod console;
mod docs;
mod health;
pub mod open_files;
mod page_config;
mod trace;

use std::path::PathBuf;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::trace::TraceLayer;
use txjobs_sdk::ApiKey;

use crate::admin::{self, Admin, Guard};
use crate::contract::{self, Gateway};
pub(crate) use page_config::is_asked_of_loopback;

/// What is served beside the contract.
#[derive(Clone, Debug)]
pub struct Front {
    /// What the console calls this gateway.
    pub name: String,
    /// The console's files.
    pub console: Option<PathBuf>,
    /// The key that the console is offered, on a loopback address only.
    pub demo_key: Option<ApiKey>,
    /// Who may ask `/admin`, if it is there.
    pub admin: Option<Guard>,
}

/// An answer, as its extension, that is sent as it is and not compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsItIs;

/// Every route.
pub fn router(gateway: Gateway, front: Front) -> Router {
    let page_config = page_config::router(&front, &gateway.key_header);
    let pages = Router::new()
        .route("/health", get(health::answer).with_state(gateway.store.clone()))
        .merge(page_config)
        .merge(docs::router(&docs::CONTRACT))
        .merge(console::router(front.console.as_deref(), contract::unknown_path_router(&gateway.key_header)));
    let (emulator, key_header) = (gateway.emulator.clone(), gateway.key_header.clone());
    let admin = front.admin.clone().zip(emulator.clone());
    let pages = match admin {
        Some((guard, emulator)) => {
            let admin = admin::router(Admin { guard, gateway: gateway.clone(), emulator });
            // The reference is public: it wants no token.
            pages.merge(admin).nest("/admin", docs::router(&docs::ADMIN))
        }
        None => pages,
    };
    let pages = pages.method_not_allowed_fallback(async || contract::no_such_method());
    let router = console::with_security_headers(pages).merge(contract::router(gateway));
    let router = match emulator {
        Some(emulator) => emulator.outside(key_header, router),
        None => router,
    };
    let compressed =
        DefaultPredicate::new().and(|_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
            extensions.get::<AsItIs>().is_none()
        });
    router
        // The level with the smallest state: a slow reader of a log keeps one while it reads, and the default level of
        // brotli takes 11 MB.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compressed))
        // Method, known path and status: nothing that may be a key.
        .layer(TraceLayer::new_for_http().make_span_with(trace::span))
}
