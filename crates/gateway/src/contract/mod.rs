//! The operations of `openapi.yaml`: one file each, routed by the SDK's paths, answered with the SDK's types.

mod auth;
mod cancel_job;
mod execute_job;
mod executions;
mod get_job_logs;
mod get_job_logs_by_trigger;
mod get_job_status;
mod list_job_statuses;
mod list_jobs;
mod lists;
mod parameters;
mod refusal;
mod representation;
mod validator;

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, any, on};
use futures::StreamExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{self, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use txjobs_sdk::operation::{self, Operation};
use txjobs_sdk::{Extensions, paths};
use uuid::Uuid;

pub use auth::Caller;
pub use lists::Lists;
pub(crate) use parameters::guid;
pub use refusal::{Reason, Refusal, Refused};
pub(crate) use refusal::{no_such_method, not_from_here};

use representation::Representation;

use crate::clock::Clock;
use crate::emulator::{Busy, Emulator};
use crate::runner::Control;
use txjobs_store::{BusyPolicy, Store};

// No operation takes a body. What is longer than this is not even read.
const LARGEST_BODY: u64 = 64 * 1024;
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// What the handlers work with.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Where everything is kept.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The way to the runner.
    pub runner: Control,
    /// The request header that carries the API key.
    pub key_header: HeaderName,
    /// What `/admin` may do to it, if that is there.
    pub emulator: Option<Emulator>,
    /// The lists that are cached in memory.
    pub lists: Lists,
}

impl Gateway {
    /// Refuses a job that the caller's organization does not have; another organization's is no different from none.
    async fn require_job(&self, caller: Caller, job: Uuid) -> Result<(), Refusal> {
        match self.store.has_job(caller.organization, job).await? {
            true => Ok(()),
            false => Err(refusal::no_such_job()),
        }
    }

    /// Answers with a cached representation. A body that an emulator may change has no encoding; it is compressed later.
    async fn answer_with(&self, representation: &Representation, headers: &HeaderMap) -> Response {
        match self.emulator {
            Some(_) => representation.answer_plain(headers),
            None => representation.answer(headers).await,
        }
    }

    /// Returns the policy for executing a job that is pending or running.
    fn busy_policy(&self) -> BusyPolicy {
        match &self.emulator {
            Some(emulator) if emulator.profile.get().busy == Busy::Queue => BusyPolicy::Queue,
            _ => BusyPolicy::Refuse,
        }
    }
}

/// Everything under the first segment of the contract's paths.
pub fn router(gateway: Gateway) -> Router {
    let routes = Router::new();
    let routes = route(routes, &paths::LIST_JOBS, list_jobs::answer);
    let routes = route(routes, &paths::LIST_JOB_STATUSES, list_job_statuses::answer);
    let routes = route(routes, &paths::EXECUTE_JOB, execute_job::answer);
    let routes = route(routes, &paths::CANCEL_JOB, cancel_job::answer);
    let routes = route(routes, &paths::GET_JOB_STATUS, get_job_status::answer);
    let routes = route(routes, &paths::GET_JOB_LOGS, get_job_logs::answer);
    let routes = route(routes, &paths::GET_JOB_LOGS_BY_TRIGGER, get_job_logs_by_trigger::answer);

    let cors = cors(&gateway.key_header);
    // Routes and not a fallback, because the layers below must not touch what is outside of the contract.
    let nowhere = || any(no_such_path);
    let root = root();
    let routes = routes
        .method_not_allowed_fallback(async || refusal::no_such_method())
        .route(root, nowhere())
        .route(&format!("{root}/"), nowhere())
        .route(&format!("{root}/{{*path}}"), nowhere())
        .layer(middleware::from_fn(refuse_large_bodies))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static(paths::EXTENSIONS_HEADER),
            HeaderValue::from_static(Extensions::HEADER_VALUE),
        ));
    let routes = match &gateway.emulator {
        Some(emulator) => emulator.inside(gateway.store.clone(), routes),
        None => routes,
    };
    routes
        .layer(cors)
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(gateway)
}

/// Answers unknown paths. With CORS, so that a page with a wrong base URL sees the 404 instead of a CORS error.
pub(crate) fn unknown_path_router(key_header: &HeaderName) -> Router {
    Router::new()
        .fallback(no_such_path)
        .layer(cors(key_header))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
}

async fn no_such_path(uri: Uri) -> Refusal {
    refusal::no_such_path(intended_operation(uri.path()))
}

/// Returns the operation at a path with extra slashes.
fn intended_operation(path: &str) -> Option<&'static Operation> {
    let is_parameter = |part: &str| part.starts_with('{');
    let parts = || path.split('/').filter(|part| !part.is_empty());
    paths::ALL.iter().copied().find(|operation| {
        let expected = operation.template.split('/').filter(|part| !part.is_empty());
        parts().count() == expected.clone().count()
            && parts().zip(expected).all(|(part, expected)| part == expected || is_parameter(expected))
    })
}

/// `/public`, as the contract has it.
pub(crate) fn root() -> &'static str {
    let path = paths::LIST_JOBS.template;
    path[1..].find('/').map_or(path, |end| &path[..=end])
}

fn route<H, T>(router: Router<Gateway>, operation: &Operation, handler: H) -> Router<Gateway>
where
    H: Handler<T, Gateway>,
    T: 'static,
{
    let method = match operation.method {
        operation::Method::Get => MethodFilter::GET,
        operation::Method::Post => MethodFilter::POST,
    };
    router.route(operation.template, on(method, handler))
}

/// Any page may call: the key is the only authority, and no browser adds it by itself. What a page may send is a list
/// and not an echo of what it asks for, so that a new header is a decision.
fn cors(key_header: &HeaderName) -> CorsLayer {
    let usual = HeaderName::try_from(paths::API_KEY_HEADER).ok();
    let mut allowed =
        vec![key_header.clone(), HeaderName::from_static("x-api-key"), CONTENT_TYPE, IF_NONE_MATCH];
    allowed.extend(usual.filter(|usual| usual != key_header));
    CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers(allowed)
        .expose_headers([HeaderName::from_static(paths::EXTENSIONS_HEADER), RETRY_AFTER, ETAG])
        .max_age(PREFLIGHT_AGE)
        // A page from elsewhere that calls a gateway on this machine or in this network: the browser asks first.
        .allow_private_network(true)
}

/// What panicked has written itself to standard error.
fn after_panic(_: Box<dyn Any + Send>) -> Response {
    refusal::internal().into_response()
}

/// Reads and drops the body before anything is done, so that a request with an endless body has no effect.
async fn refuse_large_bodies(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY) {
        return refusal::too_large().into_response();
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (mut pieces, mut size) = (body.into_data_stream(), 0);
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else { return refusal::bad_body().into_response() };
        size += piece.len() as u64;
        if size > LARGEST_BODY {
            return refusal::too_large().into_response();
        }
    }
    next.run(Request::from_parts(parts, Body::empty())).await
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn every_operation_is_under_the_root() {
        assert_eq!(root(), "/public");
        assert!(paths::ALL.iter().all(|o| o.template.starts_with("/public/")));
    }

    #[tokio::test]
    async fn a_panic_is_answered_in_the_envelope() {
        async fn breaks() -> &'static str {
            panic!("on purpose")
        }
        let router: Router =
            Router::new().route("/", any(breaks)).layer(CatchPanicLayer::custom(after_panic));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(body.starts_with(b"{\"Message\":\"The gateway failed"));
    }
}
