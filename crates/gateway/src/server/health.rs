//! Whether the gateway can do its work. The paths need no key and show no details.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use txjobs_store::SharedStore;

/// What decides whether the gateway is ready.
#[derive(Clone)]
struct Readiness {
    store: SharedStore,
    stopping: CancellationToken,
}

/// Returns the routes: `/health` of the database, `/health/live` of the process, and `/health/ready` of both. `stopping` is canceled
/// when a shutdown begins.
pub(crate) fn health_router(store: SharedStore, stopping: CancellationToken) -> Router {
    let readiness = Readiness { store: store.clone(), stopping };
    Router::new()
        .route("/health", get(health).with_state(store))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready).with_state(readiness))
}

async fn health(State(store): State<SharedStore>) -> Response {
    match store.check().await {
        Ok(()) => ok(),
        Err(error) => {
            tracing::error!("the gateway cannot work: {error}");
            unavailable(&format!("the gateway cannot work: {error}"))
        }
    }
}

/// Responds while the process serves requests. A database that fails is no reason to restart the process.
async fn live() -> Response {
    ok()
}

/// Responds as `health`, and refuses requests once the gateway shuts down.
async fn ready(State(Readiness { store, stopping }): State<Readiness>) -> Response {
    if stopping.is_cancelled() {
        return unavailable("the gateway is shutting down");
    }
    health(State(store)).await
}

fn ok() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

fn unavailable(status: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": status }))).into_response()
}
