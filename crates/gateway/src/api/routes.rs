//! The routes of the contract.

use std::any::Any;

use axum::Router;
use axum::handler::Handler;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, any, on};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use txjobs_sdk::operation::{Method, Operation};
use txjobs_sdk::{Extensions, paths};

use super::body_limit::limit_body;
use super::cors::cors_layer;
use super::error;
use super::state::AppState;
use super::unknown_path::unknown_path;
use super::{
    cancel_job, execute_job, get_job_logs, get_job_logs_by_trigger, get_job_status, list_job_statuses,
    list_jobs,
};

/// Returns the operations, and everything else under the first segment of their paths.
///
/// A program that adds layers adds them here, within CORS.
pub fn operations() -> Router<AppState> {
    let routes = Router::new();
    let routes = route(routes, &paths::LIST_JOBS, list_jobs::handle);
    let routes = route(routes, &paths::LIST_JOB_STATUSES, list_job_statuses::handle);
    let routes = route(routes, &paths::EXECUTE_JOB, execute_job::handle);
    let routes = route(routes, &paths::CANCEL_JOB, cancel_job::handle);
    let routes = route(routes, &paths::GET_JOB_STATUS, get_job_status::handle);
    let routes = route(routes, &paths::GET_JOB_LOGS, get_job_logs::handle);
    let routes = route(routes, &paths::GET_JOB_LOGS_BY_TRIGGER, get_job_logs_by_trigger::handle);
    with_contract_layers(routes, unknown_path).layer(SetResponseHeaderLayer::overriding(
        HeaderName::from_static(paths::EXTENSIONS_HEADER),
        HeaderValue::from_static(Extensions::HEADER_VALUE),
    ))
}

/// Adds the responses to other methods and other paths under the root, the limit of bodies, and the response to a panic.
pub(crate) fn with_contract_layers<H, T>(routes: Router<AppState>, unknown_path: H) -> Router<AppState>
where
    H: Handler<T, AppState>,
    T: 'static,
{
    // Unknown paths are routes and not a fallback, because the layers must not affect paths outside of the contract.
    let unknown = || any(unknown_path.clone());
    let root = root();
    routes
        .method_not_allowed_fallback(async || error::method_not_allowed())
        .route(root, unknown())
        .route(&format!("{root}/"), unknown())
        .route(&format!("{root}/{{*path}}"), unknown())
        .layer(middleware::from_fn(limit_body))
        .layer(CatchPanicLayer::custom(respond_to_panic))
}

/// Adds CORS, cache control and the state to the operations.
pub fn router(operations: Router<AppState>, state: AppState) -> Router {
    operations
        .layer(cors_layer(&state.key_header))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(state)
}

/// Returns the first segment of the contract's paths, `/public`.
pub fn root() -> &'static str {
    let path = paths::LIST_JOBS.template;
    path[1..].find('/').map_or(path, |end| &path[..=end])
}

fn route<H, T>(router: Router<AppState>, operation: &Operation, handler: H) -> Router<AppState>
where
    H: Handler<T, AppState>,
    T: 'static,
{
    let method = match operation.method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
    };
    router.route(operation.template, on(method, handler))
}

/// Responds to a panic, which the panic hook has logged.
fn respond_to_panic(_: Box<dyn Any + Send>) -> Response {
    error::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn every_operation_is_under_the_root() {
        assert_eq!(root(), "/public");
        assert!(paths::ALL.iter().all(|o| o.template.starts_with("/public/")));
    }

    #[tokio::test]
    async fn panic_returns_an_error_response() {
        async fn panics() -> &'static str {
            panic!("a panic that this test causes")
        }
        let router: Router =
            Router::new().route("/", any(panics)).layer(CatchPanicLayer::custom(respond_to_panic));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(body.starts_with(b"{\"Message\":\"The gateway failed"));
    }
}
