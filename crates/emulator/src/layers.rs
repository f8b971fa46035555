//! The two layers around the contract.
//!
//! The outer layer sees a request before it is routed. It records the request in the journal, and converts it from the paths
//! and headers of the emulated server to those of the gateway. The inner layer, within CORS, knows the operation. It applies
//! the faults, and changes the response to that of the emulated server.

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{DATE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use txjobs_gateway::api::{AppState, Caller, queued_response};
use txjobs_gateway::clock::{Clock, Micros, Moment, micros, timestamp};
use txjobs_sdk::types::TriggerId;
use txjobs_sdk::{ApiKey, Extensions, paths};
use txjobs_store::{BusyPolicy, SqliteStore};
use uuid::Uuid;

use crate::behavior::{self, Behavior, Busy, ResponseContext, Routing};
use crate::emulator::Emulator;
use crate::error_body::ErrorWriter;
use crate::fault_listener::ResetHandle;
use crate::journal::RequestRecord;
use crate::operation::OperationCall;
use crate::retry_after;

const TOO_MANY_REQUESTS: &str = "There were too many requests. Try again after the time in Retry-After.";

/// The extension of a request whose errors repeat its API key.
#[derive(Clone, Debug)]
struct EchoedKey(ApiKey);

/// Adds the layer around all routes, before a request is routed.
pub fn with_outer_layer(emulator: &Emulator, key_header: HeaderName, router: Router) -> Router {
    let state = (emulator.clone(), key_header);
    // As a fallback, the router gets the request after the layer has changed its path.
    Router::new().fallback_service(router).layer(middleware::from_fn_with_state(state, outer))
}

/// Adds the layer around the operations, within CORS.
pub fn with_inner_layer(
    emulator: &Emulator,
    state: &AppState,
    store: SqliteStore,
    operations: Router<AppState>,
) -> Router<AppState> {
    operations.layer(middleware::from_fn_with_state((emulator.clone(), state.clone(), store), inner))
}

async fn outer(
    State((emulator, key_header)): State<(Emulator, HeaderName)>,
    mut request: Request,
    next: Next,
) -> Response {
    let behavior = emulator.behavior.get();
    let rewrites = behavior.rewrites_bodies() || !emulator.lost_runs.is_empty();
    let method = request.method().clone();
    let (parts, body) = request.into_parts();
    let received = parts.clone();
    request = Request::from_parts(parts, body);
    let routing = behavior::receive(&behavior, rewrites, &key_header, &mut request);
    if routing == Routing::Outside {
        return next.run(request).await;
    }
    let call = OperationCall::parse(&method, request.uri().path());
    // The moment is taken before the request is in the journal: a test may wait for it there and then advance the clock.
    request.extensions_mut().insert(emulator.clock.moment());
    let record = emulator.journal.begin(&received, call.as_ref(), timestamp(emulator.clock.now()));
    if behavior.echo_key
        && let Some(key) =
            request.headers().get(&key_header).and_then(|key| ApiKey::new(key.to_str().ok()?).ok())
    {
        request.extensions_mut().insert(EchoedKey(key));
    }
    let mut response = match routing {
        Routing::WrongPrefix | Routing::DisabledOperation => {
            error_writer(&behavior, &request).respond(StatusCode::NOT_FOUND, "There is no such path.")
        }
        Routing::Contract | Routing::Outside => {
            request.extensions_mut().insert(record.clone());
            next.run(request).await
        }
    };
    behavior::send(&behavior, rewrites, &method, &mut response);
    if emulator.clock.state().is_adjusted || !behavior.clock_skew.is_zero() {
        let date = retry_after::http_date(header_time(&behavior, &emulator));
        response.headers_mut().insert(DATE, date);
    }
    let trigger_id = response.extensions().get::<TriggerId>().map(|id| id.0);
    record.set_response(response.status(), trigger_id);
    response.map(|body| RecordedBody::wrap(body, record))
}

async fn inner(
    State((emulator, app, store)): State<(Emulator, AppState, SqliteStore)>,
    mut request: Request,
    next: Next,
) -> Response {
    let behavior = emulator.behavior.get();
    let errors = error_writer(&behavior, &request);
    let Some(call) = OperationCall::parse(request.method(), request.uri().path()) else {
        return behavior::rewrite_error(&behavior, &errors, next.run(request).await);
    };
    let clock = &emulator.clock;
    if let Some((limit, wait)) =
        behavior.rate_limit.and_then(|limit| Some((limit, emulator.limiter.count(limit, clock.now())?)))
    {
        let mut response = errors.respond(StatusCode::TOO_MANY_REQUESTS, TOO_MANY_REQUESTS);
        let retry_after = limit.retry_after.value(wait, header_time(&behavior, &emulator));
        response.headers_mut().insert(RETRY_AFTER, retry_after);
        return response;
    }
    let arrival = request.extensions().get::<Moment>().copied().unwrap_or_else(|| clock.moment());
    let faults = emulator.faults.select_faults(&call);
    if let Some(record) = request.extensions().get::<RequestRecord>() {
        faults.ids().for_each(|id| record.add_fault(id));
    }
    let connection =
        request.extensions().get::<ConnectInfo<ResetHandle>>().map(|ConnectInfo(handle)| handle.clone());
    let replacement = faults.replacement(header_time(&behavior, &emulator), &errors, connection.as_ref());
    let response = match replacement {
        Some(response) => response,
        None => {
            if behavior.busy == Busy::Queue {
                request.extensions_mut().insert(BusyPolicy::Queue);
            }
            let response = match (faults.lost_run(), call.job) {
                (Some(pending), Some(job)) => {
                    let response = accept_without_run(&app, request, job).await;
                    if response.status().is_success() {
                        emulator.lost_runs.add(job, clock.now().saturating_add(micros(pending.0)));
                    }
                    response
                }
                _ => next.run(request).await,
            };
            let context = ResponseContext {
                behavior: &behavior,
                errors: &errors,
                clock,
                store: &store,
                replicas: &emulator.replicas,
                lost_runs: &emulator.lost_runs,
            };
            behavior::apply_behavior(&context, &call, response).await
        }
    };
    faults.apply(response, clock, arrival, &errors).await
}

/// Responds to an execute request like the gateway, but does not request a run.
async fn accept_without_run(app: &AppState, request: Request, job: Uuid) -> Response {
    let (mut parts, _) = request.into_parts();
    let accepted = async {
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        caller.require_job(app, job).await
    };
    let mut response = match accepted.await {
        Ok(()) => queued_response(job, Uuid::new_v4()),
        Err(error) => error.into_response(),
    };
    let extensions = HeaderName::from_static(paths::EXTENSIONS_HEADER);
    response.headers_mut().insert(extensions, HeaderValue::from_static(Extensions::HEADER_VALUE));
    response
}

/// Returns a writer for the errors of this request.
fn error_writer(behavior: &Behavior, request: &Request) -> ErrorWriter {
    let echoed_key = request.extensions().get::<EchoedKey>().map(|EchoedKey(key)| key.clone());
    ErrorWriter { body: behavior.errors, echoed_key }
}

/// Returns the time for the headers of responses.
fn header_time(behavior: &Behavior, emulator: &Emulator) -> Micros {
    behavior.clock_skew.shift(emulator.clock.now())
}

/// A body that ends the record of its request when it has been sent.
#[derive(Debug)]
struct RecordedBody {
    body: Body,
    record: RequestRecord,
}

impl RecordedBody {
    fn wrap(body: Body, record: RequestRecord) -> Body {
        if body.is_end_stream() {
            record.end();
            return body;
        }
        Body::new(Self { body, record })
    }
}

impl HttpBody for RecordedBody {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        let frame = std::pin::Pin::new(&mut self.body).poll_frame(context);
        let has_ended = matches!(frame, std::task::Poll::Ready(None));
        let was_last = matches!(frame, std::task::Poll::Ready(Some(Ok(_)))) && self.body.is_end_stream();
        if has_ended || was_last {
            self.record.end();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
