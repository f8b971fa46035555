//! Metrics of the requests to the API.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, describe_counter, describe_histogram, histogram};
use tokio::time::Instant;
use txjobs_sdk::paths;

const REQUESTS: &str = "txjobs_http_requests_total";
pub(super) const DURATION: &str = "txjobs_http_request_duration_seconds";
/// The upper bounds of the buckets, in seconds.
pub(super) const DURATION_BUCKETS: [f64; 12] =
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The label of requests that are not for an operation of the contract.
const OTHER: &str = "other";

pub(super) fn describe() {
    describe_counter!(REQUESTS, "Requests by operation of the contract and status of the response.");
    describe_histogram!(DURATION, "Time from the head of a request to the head of its response.");
}

/// Counts a request and measures its time. This is a layer around all routes.
pub async fn record_request(request: Request, next: Next) -> Response {
    let operation = operation_id(&request);
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    counter!(REQUESTS, "operation" => operation, "status" => status).increment(1);
    histogram!(DURATION, "operation" => operation).record(start.elapsed());
    response
}

/// Returns the operation that a request is for. The labels have few values, whatever clients send.
fn operation_id(request: &Request) -> &'static str {
    let Some(path) = request.extensions().get::<MatchedPath>() else { return OTHER };
    let method = request.method().as_str();
    let operation = paths::ALL
        .iter()
        .find(|operation| operation.template == path.as_str() && operation.method.as_str() == method);
    operation.map_or(OTHER, |operation| operation.id)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::any;
    use axum::{Router, middleware};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn requests_are_counted_by_operation() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        metrics::with_local_recorder(&recorder, || {
            let route = paths::EXECUTE_JOB.template;
            let router: Router =
                Router::new().route(route, any(async || "")).layer(middleware::from_fn(record_request));
            for (method, uri) in [
                ("POST", "/public/jobs/txg_secret/execute"),
                ("GET", "/public/jobs/txg_secret/execute"),
                ("TXG_SECRET", "/txg_secret"),
            ] {
                let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
                runtime.block_on(router.clone().oneshot(request)).unwrap();
            }
        });
        let text = recorder.handle().render();
        for line in [
            "txjobs_http_requests_total{operation=\"execute_job\",status=\"200\"} 1",
            "txjobs_http_requests_total{operation=\"other\",status=\"200\"} 1",
            "txjobs_http_requests_total{operation=\"other\",status=\"404\"} 1",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(!text.to_lowercase().contains("secret"), "{text}");
    }
}
