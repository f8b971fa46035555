//! The routes of a relay.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::IF_NONE_MATCH;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use txjobs_sdk::operation::{Method, Operation};
use txjobs_sdk::paths;

use super::caller_request::{authorize, path_ids, peer, query_parameters, request_headers};
use super::error::UpstreamError;
use super::exchange::{Exchange, Failure};
use super::service::Relay;
use crate::api::{self, ApiError, AppState};

/// Returns the operations of the contract, passed on to the service.
pub fn relay_router(relay: &Relay) -> Router<AppState> {
    let mut routes = Router::new();
    for operation in paths::ALL {
        let method = match operation.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let relay = relay.clone();
        let handler = move |State(app): State<AppState>, request: Request| async move {
            handle(relay, app, operation, request).await
        };
        routes = routes.route(operation.template, on(method, handler));
    }
    api::with_contract_layers(routes, unknown_path)
}

async fn handle(
    relay: Relay,
    app: AppState,
    operation: &'static Operation,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, _) = request.into_parts();
    let key = authorize(&relay, &app, operation, &mut parts).await?;
    let ids = path_ids(&mut parts, &app).await?;
    let query = query_parameters(operation, &parts)?;
    let value = |name: &str| {
        let id = ids.iter().find(|(known, _)| known == name).map(|(_, id)| id.to_string());
        id.or_else(|| query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
            .unwrap_or_default()
    };
    let upstream_request = operation.request(&value);
    let headers = request_headers(operation, &parts.headers);
    let is_conditional = headers.contains_key(IF_NONE_MATCH);
    let host = relay.upstream.host().to_owned();
    let exchange = Exchange {
        has_own_key: relay.key.is_some(),
        job: ids.first().map(|(_, id)| *id),
        is_archivable: query.iter().all(|(name, _)| *name == "limit"),
        is_conditional,
        operation,
        relay,
        key,
        peer: peer(&parts),
        app,
    };
    // A request that is sent once is completed also if its caller leaves meanwhile.
    let response = match operation.method {
        Method::Get => exchange.perform(&upstream_request, headers).await,
        Method::Post => {
            let task = tokio::spawn(async move { exchange.perform(&upstream_request, headers).await });
            task.await
                .unwrap_or_else(|_| Err(UpstreamError::Interrupted("the relay failed".to_owned()).into()))
        }
    };
    response.map_err(|failure| match failure {
        Failure::Api(error) => error,
        Failure::Upstream(error) => error.into_api_error(operation.method, &host),
    })
}

/// Responds to a path that is no operation. One that a server could understand differently is an attempt to leave the contract.
async fn unknown_path(uri: Uri) -> ApiError {
    if is_ambiguous(uri.path()) {
        return ApiError::new(
            StatusCode::BAD_REQUEST,
            "The path is ambiguous. Write it without dot segments, backslashes, and encoded characters.",
        );
    }
    api::unknown_path_error(&uri)
}

/// Returns whether a path has dot segments, backslashes or encoded characters. The contract's paths need none of them.
fn is_ambiguous(path: &str) -> bool {
    path.contains(['%', '\\']) || path.split('/').any(|segment| matches!(segment, "." | ".."))
}
