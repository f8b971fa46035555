//! What makes the gateway an emulator: a journal of what clients asked, faults on demand, and profiles of other servers.
//!
//! Two layers around the contract. The outer one ([`Emulator::outside`]) sees a request before it is routed: it writes the
//! journal, and takes a request of a server with other paths and headers for what it is. The inner one
//! ([`Emulator::inside`]), within CORS, knows the operation: it draws the faults and makes answers those of the profile.
//! Without `serve --admin` neither is there. [`crate::admin`] is how both are told what to do.

mod error_body;
mod faults;
mod journal;
mod lost_runs;
mod operation;
mod profile;
mod rate_limit;
mod retry_after;
mod skew;
mod span;
mod wire;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{DATE, RETRY_AFTER};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use serde::{Deserialize, Deserializer};
use txjobs_sdk::ApiKey;
use txjobs_sdk::types::TriggerId;

pub use faults::{Fault, Faults, MOST, Rule};
pub use journal::{Entry, Filter, Journal, Outcome, Ticket};
pub use operation::{Asked, Operation};
pub use profile::{Busy, Current, Profile};
pub use span::Span;
pub use wire::{Switch, Wires};

use crate::clock::{Clock, Micros, Moment, micros, timestamp};
use error_body::ErrorWriter;
use lost_runs::LostRuns;
use profile::{Came, Replicas, View};
use rate_limit::RateLimiter;
use txjobs_store::Store;

const TOO_MANY: &str = "There were too many requests. Come again when Retry-After says.";

/// The state of the emulator. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Emulator {
    /// The gateway's clock.
    pub clock: Clock,
    /// The rules.
    pub faults: Faults,
    /// What clients asked.
    pub journal: Journal,
    /// How the service answers.
    pub profile: Current,
    limiter: RateLimiter,
    replicas: Replicas,
    lost_runs: LostRuns,
}

/// The extension of a request to execute whose run is to be lost.
#[derive(Clone, Copy, Debug)]
pub struct LoseRun;

/// The extension of a request whose errors repeat its API key.
#[derive(Clone, Debug)]
struct EchoedKey(ApiKey);

impl Emulator {
    /// One that changes nothing yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            faults: Faults::default(),
            journal: Journal::default(),
            profile: Current::default(),
            limiter: RateLimiter::default(),
            replicas: Replicas::default(),
            lost_runs: LostRuns::default(),
        }
    }

    /// Forgets faults, journal and profile, and gives the clock back to the machine.
    pub fn reset(&self) {
        self.faults.clear();
        self.journal.clear();
        self.lost_runs.clear();
        self.set_profile(Profile::default());
        self.clock.reset();
    }

    /// Puts a profile in force. Its rate limit counts from now on.
    pub fn set_profile(&self, profile: Profile) {
        self.profile.set(profile);
        self.limiter.reset();
        self.replicas.reset();
    }

    /// The layer around everything, before a request is routed.
    pub fn outside(&self, key_header: HeaderName, router: Router) -> Router {
        let state = (self.clone(), key_header);
        // As a fallback, the router sees the request as the layer leaves it.
        Router::new().fallback_service(router).layer(middleware::from_fn_with_state(state, outside))
    }

    /// The layer around the operations, within CORS.
    pub fn inside<S: Clone + Send + Sync + 'static>(&self, store: Store, router: Router<S>) -> Router<S> {
        router.layer(middleware::from_fn_with_state((self.clone(), store), inside))
    }
}

async fn outside(
    State((emulator, key_header)): State<(Emulator, HeaderName)>,
    mut request: Request,
    next: Next,
) -> Response {
    let profile = emulator.profile.get();
    let rewrites = profile.changes_bodies() || !emulator.lost_runs.is_empty();
    let method = request.method().clone();
    let (parts, body) = request.into_parts();
    let as_sent = parts.clone();
    request = Request::from_parts(parts, body);
    let came = profile::receive(&profile, rewrites, &key_header, &mut request);
    if matches!(came, Came::Elsewhere) {
        return next.run(request).await;
    }
    let asked = Asked::of(&method, request.uri().path());
    // Before anybody can know of the request, and wind the clock forward because of it.
    request.extensions_mut().insert(emulator.clock.moment());
    let ticket = emulator.journal.begin(&as_sent, asked.as_ref(), timestamp(emulator.clock.now()));
    if profile.echo_key
        && let Some(key) =
            request.headers().get(&key_header).and_then(|key| ApiKey::new(key.to_str().ok()?).ok())
    {
        let key = EchoedKey(key);
        request.extensions_mut().insert(key);
    }
    let mut answer = match came {
        Came::Astray => {
            profile.error_writer(&request).answer(StatusCode::NOT_FOUND, "There is no such path.")
        }
        _ => {
            request.extensions_mut().insert(ticket.clone());
            next.run(request).await
        }
    };
    profile::send(&profile, rewrites, &method, &mut answer);
    if emulator.clock.read().is_adjusted || !profile.clock_skew.is_zero() {
        answer.headers_mut().insert(DATE, retry_after::http_date(profile.header_time(&emulator.clock)));
    }
    let trigger_id = answer.extensions().get::<TriggerId>().map(|id| id.0);
    ticket.answered(answer.status(), trigger_id);
    answer.map(|body| until_its_end(body, ticket))
}

async fn inside(
    State((emulator, store)): State<(Emulator, Store)>,
    mut request: Request,
    next: Next,
) -> Response {
    let profile = emulator.profile.get();
    let errors = profile.error_writer(&request);
    let Some(asked) = Asked::of(request.method(), request.uri().path()) else {
        return profile::refuse(&profile, &errors, next.run(request).await);
    };
    let clock = &emulator.clock;
    if let Some((limit, wait)) =
        profile.rate_limit.and_then(|limit| Some((limit, emulator.limiter.refuse(limit, clock.now())?)))
    {
        let mut answer = errors.answer(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
        answer.headers_mut().insert(RETRY_AFTER, limit.retry_after.value(wait, profile.header_time(clock)));
        return answer;
    }
    let moment = request.extensions().get::<Moment>().copied().unwrap_or_else(|| clock.moment());
    let drawn = emulator.faults.draw(&asked);
    if let Some(ticket) = request.extensions().get::<Ticket>() {
        drawn.ids().for_each(|id| ticket.fault(id));
    }
    let connection =
        request.extensions().get::<ConnectInfo<Switch>>().map(|ConnectInfo(switch)| switch.clone());
    let answer = match drawn.instead(profile.header_time(clock), &errors, connection.as_ref()) {
        Some(answer) => answer,
        None => {
            let lost = drawn.lost_run();
            if lost.is_some() {
                request.extensions_mut().insert(LoseRun);
            }
            let answer = next.run(request).await;
            if let (Some(pending), Some(job), true) = (lost, asked.job, answer.status().is_success()) {
                emulator.lost_runs.add(job, clock.now().saturating_add(micros(pending.0)));
            }
            let view = View {
                profile: &profile,
                errors: &errors,
                clock,
                store: &store,
                replicas: &emulator.replicas,
                lost_runs: &emulator.lost_runs,
            };
            profile::finish(&view, &asked, answer).await
        }
    };
    drawn.change(answer, clock, moment, &errors).await
}

impl Profile {
    /// Returns a writer for the errors of this request.
    fn error_writer(&self, request: &Request) -> ErrorWriter {
        let echoed_key = request.extensions().get::<EchoedKey>().map(|EchoedKey(key)| key.clone());
        ErrorWriter { body: self.errors, echoed_key }
    }

    /// Returns the time for the headers of answers.
    fn header_time(&self, clock: &Clock) -> Micros {
        self.clock_skew.shift(clock.now())
    }
}

/// The body, which ends the ticket when it has been sent.
fn until_its_end(body: Body, ticket: Ticket) -> Body {
    if body.is_end_stream() {
        ticket.end();
        return body;
    }
    Body::new(Watched { body, ticket })
}

#[derive(Debug)]
struct Watched {
    body: Body,
    ticket: Ticket,
}

impl HttpBody for Watched {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        let frame = std::pin::Pin::new(&mut self.body).poll_frame(context);
        let is_over = matches!(frame, std::task::Poll::Ready(None));
        let was_last = matches!(frame, std::task::Poll::Ready(Some(Ok(_)))) && self.body.is_end_stream();
        if is_over || was_last {
            self.ticket.end();
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

/// What a value that is not in order is refused with.
pub(crate) fn within(name: &str, is_within: bool, expected: &str) -> Result<(), String> {
    if is_within { Ok(()) } else { Err(format!("{name} must be {expected}")) }
}

/// An optional property that is there is not null.
pub(crate) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
