//! `GET /metrics`.

use super::source::MetricsSource;
use super::{schedules, store};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

/// The path of the metrics.
pub(super) const PATH: &str = "/metrics";

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct PageState {
    recorded: PrometheusHandle,
    source: Option<MetricsSource>,
}

/// Returns the routes of the metrics listener, with the metrics of the store and the schedules if there are any.
pub(super) fn router(recorded: PrometheusHandle, source: Option<MetricsSource>) -> Router {
    Router::new()
        .route(PATH, get(metrics))
        .with_state(PageState { recorded, source })
        .fallback(async || (StatusCode::NOT_FOUND, "The metrics are at /metrics.\n"))
}

async fn metrics(State(PageState { recorded, source }): State<PageState>) -> impl IntoResponse {
    let of_source = match source {
        Some(MetricsSource { store, schedules, clock, .. }) => {
            store::render(&*store).await + schedules::render(&schedules.current(), clock.now()).as_str()
        }
        None => String::new(),
    };
    ([(CONTENT_TYPE, TEXT_FORMAT)], recorded.render() + of_source.as_str())
}
