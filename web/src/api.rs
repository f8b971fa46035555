//! All requests of the console.
//!
//! A request has the key header and no other custom header, so that a server with a strict CORS policy accepts it.
//! Redirects are not followed, because the browser would send the key to the new origin. Nothing is retried here.

use std::{cell::RefCell, pin::Pin, time::Duration};

use gloo_net::http::{Method as HttpMethod, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::set_timeout_with_handle};
use txjobs_sdk::{
    Error, ErrorKind, Extensions, RateLimitPause, RetryAfter,
    follow::KnownLines,
    operation::{Method, Operation, Request},
    paths,
    types::{CancelJobResult, ExecuteJobResult, Job, JobId, JobStatus},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials,
    RequestRedirect, ResponseType,
};

use crate::{
    answer::{Answer, Raw},
    browser,
    config::Preset,
    log::{Arrived, Arriving, Lines},
    state::Session,
};

/// Maximum time for a complete response, or between two chunks of a streamed response.
const LONGEST: Duration = Duration::from_secs(60);
/// Maximum time of decoding before control returns to the browser, in milliseconds.
const SLICE: f64 = 24.0;

pub async fn list_jobs(session: &Session) -> Result<Answer<Vec<Job>>, Error> {
    send(session, &paths::list_jobs(), LONGEST).await
}

pub async fn list_job_statuses(session: &Session) -> Result<Answer<Vec<JobStatus>>, Error> {
    send(session, &paths::list_job_statuses(), LONGEST).await
}

/// Starts a job. The request is sent once; see [`Error::is_outcome_unknown`].
pub async fn execute(session: &Session, job: JobId) -> Result<Answer<ExecuteJobResult>, Error> {
    send(session, &paths::execute_job(job), LONGEST).await
}

/// Cancels the current run of a job. The request is sent once.
pub async fn cancel(session: &Session, job: JobId) -> Result<Answer<CancelJobResult>, Error> {
    send(session, &paths::cancel_job(job), LONGEST).await
}

/// Sends a request for executions and decodes them with their log lines.
pub async fn executions(session: &Session, request: &Request) -> Result<Answer<Arrived>, Error> {
    let seen = RefCell::<KnownLines>::default();
    seen.borrow_mut().begin_response(None);
    let answer = executions_in_pieces(session, request, &seen, &|_| true).await;
    answer.map_err(|(trouble, _)| trouble.unwrap_or_else(|| Error::new(ErrorKind::Interrupted)))
}

/// Tests a connection by listing the jobs, which changes nothing on the server.
pub async fn test(session: &Session) -> Result<Answer<Vec<Job>>, Error> {
    send(session, &paths::list_jobs(), Duration::from_secs(15)).await
}

/// Sends a request of the API screen and returns the raw response with all headers that the browser exposes.
pub async fn by_hand(session: &Session, request: &Request) -> Result<Raw, Error> {
    fetch(session, request, LONGEST, true).await
}

/// Loads `config.json` from the folder of the page. Returns the default if the file does not exist.
pub async fn preset() -> Preset {
    // A host that does not respond must not block the start.
    let limit = TimeLimit::new(Duration::from_secs(10));
    let request = RequestBuilder::new("config.json").cache(RequestCache::NoCache);
    let Ok(response) = request.abort_signal(limit.signal().as_ref()).send().await else {
        return Preset::default();
    };
    match response.binary().await {
        Ok(body) if response.ok() => Preset::parse(&body),
        _ => Preset::default(),
    }
}

async fn send<T: serde::de::DeserializeOwned>(
    session: &Session,
    request: &Request,
    longest: Duration,
) -> Result<Answer<T>, Error> {
    let raw = fetch(session, request, longest, false).await?;
    raw.read(request.operation()).map_err(|trouble| trouble.with_masked_key(&session.key))
}

/// Returns a boxed future, so that it is compiled once and not for every operation.
fn fetch<'a>(
    session: &'a Session,
    request: &'a Request,
    longest: Duration,
    all_headers: bool,
) -> Pin<Box<dyn Future<Output = Result<Raw, Error>> + 'a>> {
    Box::pin(async move {
        let opened = open(session, request, longest).await?;
        opened.whole(request.operation(), all_headers).await
    })
}

/// A response whose status and headers have arrived.
struct Opened {
    limit: TimeLimit,
    response: Response,
}

thread_local! {
    /// The gate and the base URL of the server it belongs to.
    static GATE: RefCell<(String, RateLimitPause)> = RefCell::default();
}

/// Waits until the pause ends that the server requested for all requests.
pub async fn pass_gate(session: &Session) {
    loop {
        let wait = GATE.with_borrow(|(base, gate)| {
            if *base == session.base { gate.remaining(browser::since_start()) } else { Duration::ZERO }
        });
        if wait.is_zero() {
            return;
        }
        browser::sleep(wait.as_millis() as i32 + 1).await;
    }
}

/// Closes the gate if the response requests a pause.
fn note_pause(session: &Session, response: &Response) {
    let (status, headers) = (response.status(), response.headers());
    if !matches!(status, 429 | 503) {
        return;
    }
    let retry_after = headers.get("retry-after").and_then(|value| RetryAfter::parse(&value));
    let retry_after = retry_after.map(|after| after.relative_to_server_date(headers.get("date").as_deref()));
    GATE.with_borrow_mut(|(base, gate)| {
        if *base != session.base {
            (*base, *gate) = (session.base.clone(), RateLimitPause::default());
        }
        gate.handle_response(browser::since_start(), browser::timestamp(), status, retry_after);
    });
}

async fn open(session: &Session, request: &Request, longest: Duration) -> Result<Opened, Error> {
    pass_gate(session).await;
    let limit = TimeLimit::new(longest);
    let response = RequestBuilder::new(&format!("{}{}", session.base, request.path_and_query()))
        .method(match request.method() {
            Method::Get => HttpMethod::GET,
            Method::Post => HttpMethod::POST,
        })
        .header(&session.header, session.key.expose())
        .redirect(RequestRedirect::Manual)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(RequestCache::NoCache)
        .abort_signal(limit.signal().as_ref())
        .send()
        .await
        .map_err(|_| limit.trouble(ErrorKind::BlockedByBrowser).with_operation(request.operation()))?;
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(Error::new(ErrorKind::NotThisApi)
            .with_operation(request.operation())
            .with_message("The server responds with a redirect. The console does not follow redirects, because the browser would send the key to the new address."));
    }
    note_pause(session, &response);
    Ok(Opened { limit, response })
}

impl Opened {
    fn extensions(&self) -> Option<String> {
        self.response.headers().get(paths::EXTENSIONS_HEADER)
    }

    async fn whole(self, operation: &'static Operation, all_headers: bool) -> Result<Raw, Error> {
        let body = self.response.binary().await;
        let headers = self.response.headers();
        Ok(Raw {
            status: self.response.status(),
            retry_after: headers.get("retry-after"),
            date: headers.get("date"),
            extensions: self.extensions(),
            headers: if all_headers { headers.entries().collect() } else { Vec::new() },
            body: body.map_err(|_| self.limit.trouble(ErrorKind::Interrupted).with_operation(operation))?,
        })
    }
}

/// Sends a request for executions and decodes the log lines while they arrive, so that the page stays responsive.
///
/// `known_lines` filters out lines of earlier responses. `on_progress` gets the number of received bytes and returns
/// whether to continue.
///
/// # Errors
///
/// Returns the error and the lines received before it. The error is `None` if `on_progress` stopped the request.
pub fn executions_in_pieces<'a>(
    session: &'a Session,
    request: &'a Request,
    seen: &'a RefCell<KnownLines>,
    went_on: &'a dyn Fn(usize) -> bool,
) -> Pieces<'a> {
    // Boxed, so that it is compiled once and not for every caller.
    Box::pin(in_pieces(session, request, seen, went_on))
}

/// The future of [`stream_executions`].
pub type Pieces<'a> = Pin<Box<dyn Future<Output = Result<Answer<Arrived>, (Option<Error>, Lines)>> + 'a>>;

async fn in_pieces(
    session: &Session,
    request: &Request,
    seen: &RefCell<KnownLines>,
    went_on: &dyn Fn(usize) -> bool,
) -> Result<Answer<Arrived>, (Option<Error>, Lines)> {
    let none = |trouble: Error| (Some(trouble.with_masked_key(&session.key)), Lines::default());
    let operation = request.operation();
    let opened = open(session, request, LONGEST).await.map_err(none)?;
    let (status, extensions) = (opened.response.status(), opened.extensions());
    let body = match opened.response.body() {
        Some(body) if opened.response.ok() => body,
        _ => {
            let raw = opened.whole(operation, false).await.map_err(none)?;
            // A success without a body cannot be decoded.
            return Err(none(
                raw.refusal(operation).err().unwrap_or_else(|| Error::new(ErrorKind::Interrupted)),
            ));
        }
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut limit = opened.limit;
    let (mut arriving, mut came) = (Arriving::default(), 0);
    let mut piece = Vec::new();
    let mut begun = browser::uptime();
    loop {
        let next = JsFuture::from(reader.read()).await;
        let Ok(next) = next else {
            let trouble = limit.trouble(ErrorKind::Interrupted).with_operation(operation);
            return Err((Some(trouble), arriving.broken_off()));
        };
        let bytes =
            Reflect::get(&next, &"value".into()).ok().and_then(|value| value.dyn_into::<Uint8Array>().ok());
        let is_last = bytes.is_none();
        match bytes {
            Some(bytes) => {
                came += bytes.length() as usize;
                piece.resize(bytes.length() as usize, 0);
                bytes.copy_to(&mut piece);
                arriving.push(&piece);
                limit.extend();
            }
            None => arriving.end(),
        }
        loop {
            match arriving.work(&mut seen.borrow_mut()) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => {
                    let _ = reader.cancel();
                    return Err(none(Error::from_decode_error(operation, status, &[], &error)));
                }
            }
            if browser::uptime() - begun > SLICE {
                browser::sleep(0).await;
                begun = browser::uptime();
            }
        }
        if !went_on(came) {
            let _ = reader.cancel();
            return Err((None, arriving.broken_off()));
        }
        if is_last {
            break;
        }
    }
    seen.borrow_mut().end_response();
    match arriving.finish() {
        Ok(value) => Ok(Answer { value, extensions: Extensions::from_header(extensions.as_deref()) }),
        Err((error, body)) => Err(none(Error::from_decode_error(operation, status, &body, &error))),
    }
}

/// Aborts a request that takes too long.
struct TimeLimit {
    longest: Duration,
    controller: Option<AbortController>,
    timer: Option<TimeoutHandle>,
}

impl TimeLimit {
    fn new(longest: Duration) -> Self {
        let mut limit = Self { longest, controller: AbortController::new().ok(), timer: None };
        limit.extend();
        limit
    }

    /// Restarts the timer after a chunk has arrived.
    fn extend(&mut self) {
        self.end();
        let controller = self.controller.clone();
        self.timer = controller
            .and_then(|controller| set_timeout_with_handle(move || controller.abort(), self.longest).ok());
    }

    fn end(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }

    /// Returns a time-out error if the timer aborted the request, or else an error of the given kind.
    fn trouble(&self, otherwise: ErrorKind) -> Error {
        if self.signal().is_some_and(|signal| signal.aborted()) {
            let words = format!("No complete response within {} seconds.", self.longest.as_secs());
            Error::new(ErrorKind::Interrupted).with_message(&words)
        } else {
            Error::new(otherwise)
        }
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        self.end();
    }
}
