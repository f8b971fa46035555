//! `GET /health`: whether the gateway can do its work. It needs no key and shows no details.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use txjobs_store::SharedStore;

pub(super) async fn health(State(store): State<SharedStore>) -> Response {
    match store.check().await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => {
            tracing::error!("the gateway cannot work: {error}");
            let status = format!("the gateway cannot work: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": status }))).into_response()
        }
    }
}
