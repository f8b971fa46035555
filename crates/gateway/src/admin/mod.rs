//! `/admin`: what makes the gateway an emulator is told and asked here. `admin.yaml` describes it.
//!
//! It has a token of its own, no CORS, and is asked by a loopback address only unless the gateway was told otherwise.

mod answer;
mod clock;
mod data;
mod faults;
mod guard;
mod journal;
mod profile;
mod strict;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;

pub use guard::Guard;

use crate::contract::Gateway;
use crate::emulator::Emulator;

/// A request of `/admin` says little.
const LARGEST_BODY: usize = 64 * 1024;

/// What the handlers work with.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Who may ask.
    pub guard: Guard,
    /// The gateway.
    pub gateway: Gateway,
    /// What it is told to be.
    pub emulator: Emulator,
}

/// Every route, under `/admin`.
pub fn router(admin: Admin) -> Router {
    let guard = admin.guard.clone();
    let routes = Router::new()
        .route("/reset", post(data::reset))
        .route("/seed", post(data::seed))
        .route("/clock", get(clock::read).put(clock::set).delete(clock::reset))
        .route("/clock/advance", post(clock::advance))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::remove_all))
        .route("/faults/{fault_id}", get(faults::get).delete(faults::remove))
        .route("/journal", get(journal::search).delete(journal::clear))
        .route("/profile", get(profile::get).put(profile::set).delete(profile::reset))
        .method_not_allowed_fallback(async || answer::no_such_method())
        .fallback(async || answer::no_such_path())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(admin);
    Router::new().nest("/admin", routes)
}
