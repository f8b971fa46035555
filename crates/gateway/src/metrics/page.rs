//! `GET /metrics`.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use txjobs_store::SharedStore;

use super::store;

/// The path of the metrics.
pub(super) const PATH: &str = "/metrics";

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct PageState {
    recorded: PrometheusHandle,
    store: Option<SharedStore>,
}

/// Returns the routes of the metrics listener, with the metrics of the store if there is one.
pub(super) fn router(recorded: PrometheusHandle, store: Option<SharedStore>) -> Router {
    Router::new()
        .route(PATH, get(metrics))
        .with_state(PageState { recorded, store })
        .fallback(async || (StatusCode::NOT_FOUND, "The metrics are at /metrics.\n"))
}

async fn metrics(State(PageState { recorded, store }): State<PageState>) -> impl IntoResponse {
    let of_store = match store {
        Some(store) => store::render(&*store).await,
        None => String::new(),
    };
    ([(CONTENT_TYPE, TEXT_FORMAT)], recorded.render() + of_store.as_str())
}
