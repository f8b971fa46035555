//! How a [`Client`] sends: what is tried again and what never, which redirects are followed, what is traced.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use progenitor_client::{ClientHooks, OperationInfo, ResponseValue};
use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{HeaderMap, HeaderValue},
    redirect,
};
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::{ApiKey, Extensions, RateLimitPause, Timestamp, client::Client, decode, error, paths, types};

/// An error body longer than this is cut: nobody reads more, and a server is not to be trusted with our memory.
const LONGEST_ERROR_BODY: usize = 64 * 1024;
/// The pause before the first repetition of a GET; it doubles for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// A server that asks for a longer pause gets its answer passed on instead: the caller knows better what to do.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a [`Client`] has beside its client for GETs.
#[derive(Clone, Debug)]
pub struct Transport {
    /// For POSTs: it follows no redirect, because that would send them a second time.
    pub(crate) post: reqwest::Client,
    pub(crate) retries: u32,
    /// The key, to mask it in answers.
    pub(crate) key: ApiKey,
    pub(crate) gate: SharedGate,
}

/// The gate that a client and all its clones share.
#[derive(Clone, Debug)]
pub(crate) struct SharedGate {
    start: Instant,
    gate: Arc<Mutex<RateLimitPause>>,
}

impl SharedGate {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), gate: Arc::default() }
    }

    /// Waits until the gate is open.
    pub(crate) async fn pass(&self) {
        loop {
            let wait = self.lock().remaining(self.start.elapsed());
            if wait.is_zero() {
                return;
            }
            tracing::debug!(?wait, "waiting: the server asked for fewer requests");
            // A little longer and with jitter, so that waiting requests do not all start at once.
            tokio::time::sleep(wait + Duration::from_millis(fastrand::u64(1..100))).await;
        }
    }

    fn handle_response(&self, status: StatusCode, headers: &HeaderMap) {
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            let wall_clock = Timestamp::from(SystemTime::now());
            let retry_after = error::retry_after(headers);
            self.lock().handle_response(self.start.elapsed(), wall_clock, status.as_u16(), retry_after);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RateLimitPause> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of a generated method.
type Outcome<T> = Result<ResponseValue<T>, progenitor_client::Error<types::ErrorBody>>;

impl Client {
    /// The same client without repetitions, for callers that pace themselves.
    pub(crate) fn without_retries(&self) -> Self {
        let mut client = self.clone();
        client.inner.retries = 0;
        client
    }

    /// Sends a request and decodes the answer; a GET is sent again after trouble that passes. It runs in a span that names
    /// the operation and the path, and never a header.
    pub(crate) async fn send_and_decode<T: DeserializeOwned>(
        &self,
        request: Request,
        info: &OperationInfo,
    ) -> Outcome<T> {
        let span = tracing::info_span!(
            "txjobs request",
            operation = info.operation_id,
            method = %request.method(),
            path = request.url().path(),
        );
        async {
            let is_get = *request.method() == Method::GET;
            for attempt in 0..if is_get { self.inner.retries } else { 0 } {
                let Some(again) = request.try_clone() else { break };
                let outcome = self.decoded(self.send(again).await);
                let Some(pause) = pause_before_another(&outcome, attempt) else { return outcome };
                tracing::debug!(attempt = attempt + 1, ?pause, "sending it again");
                tokio::time::sleep(pause).await;
            }
            self.decoded(self.send(request).await)
        }
        .instrument(span)
        .await
    }

    async fn send(&self, request: Request) -> reqwest::Result<Answer> {
        self.inner.gate.pass().await;
        let client = if *request.method() == Method::GET { &self.client } else { &self.inner.post };
        let start = Instant::now();
        let answer = match client.execute(request).await {
            Ok(response) => self.whole(response).await,
            Err(error) => Err(error),
        };
        let took = start.elapsed();
        match &answer {
            Ok(answer) => {
                tracing::debug!(status = answer.status.as_u16(), ?took, "answered");
                self.inner.gate.handle_response(answer.status, &answer.headers);
            }
            Err(error) => {
                let error = self.inner.key.mask(&error::root_cause(error));
                tracing::debug!(error, ?took, "no answer");
            }
        }
        answer
    }

    /// Reads the whole body, so that an interrupted answer can be requested again. Of an error only the beginning is read and
    /// its message extracted, so that a body that cannot be parsed never hides the status.
    async fn whole(&self, mut response: Response) -> reqwest::Result<Answer> {
        let status = response.status();
        let mut headers = std::mem::take(response.headers_mut());
        let body = if status.is_success() {
            Body::Success(response.bytes().await?)
        } else {
            headers.values_mut().for_each(|value| self.hide_key(value));
            let proxy = is_proxy_status(status).then(|| error::proxy_for(response.url())).flatten();
            let message = error::message_of(&beginning(response).await).unwrap_or_default();
            let message = self.inner.key.mask(&message);
            Body::Refusal(match proxy {
                Some(proxy) => format!("{message} (through the proxy {proxy})").trim_start().to_owned(),
                None => message,
            })
        };
        Ok(Answer { status, headers, body })
    }

    /// Masks the key, because a server may repeat it.
    fn hide_key(&self, value: &mut HeaderValue) {
        if let Ok(text) = value.to_str() {
            let masked = self.inner.key.mask(text);
            if masked != text {
                *value = HeaderValue::try_from(masked).unwrap_or(HeaderValue::from_static(""));
            }
        }
    }

    #[expect(clippy::result_large_err, reason = "progenitor's methods return it as it is")]
    fn decoded<T: DeserializeOwned>(&self, answer: reqwest::Result<Answer>) -> Outcome<T> {
        let Answer { status, headers, body } =
            answer.map_err(progenitor_client::Error::CommunicationError)?;
        match body {
            Body::Success(body) => match decode::json(&body) {
                Ok(value) => Ok(ResponseValue::new(value, status, headers)),
                Err(error) => Err(self.unreadable(body, error)),
            },
            Body::Refusal(message) if status.is_client_error() || status.is_server_error() => {
                Err(progenitor_client::Error::ErrorResponse(ResponseValue::new(
                    types::ErrorBody { message },
                    status,
                    headers,
                )))
            }
            Body::Refusal(_) => {
                let mut response = http::Response::new("");
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                Err(progenitor_client::Error::UnexpectedResponse(response.into()))
            }
        }
    }

    /// Returns the trouble of a body that could not be decoded, with the key masked.
    fn unreadable(
        &self,
        body: Bytes,
        error: serde_json::Error,
    ) -> progenitor_client::Error<types::ErrorBody> {
        let text = String::from_utf8_lossy(&body);
        let masked = self.inner.key.mask(&text);
        let words = error.to_string();
        let masked_words = self.inner.key.mask(&words);
        let error = if masked_words == words { error } else { serde::de::Error::custom(masked_words) };
        // Markup may split the key where the visible text does not.
        let said = error::message_of(masked.as_bytes()).unwrap_or_default();
        let hidden = self.inner.key.mask(&said);
        if hidden != said {
            let escaped = hidden.replace('&', "&amp;").replace('<', "&lt;");
            return progenitor_client::Error::InvalidResponsePayload(
                format!("<p>{escaped}</p>").into(),
                error,
            );
        }
        if masked == text {
            return progenitor_client::Error::InvalidResponsePayload(body, error);
        }
        progenitor_client::Error::InvalidResponsePayload(masked.into(), error)
    }
}

/// An answer with its body.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

enum Body {
    Success(Bytes),
    /// The message of the server.
    Refusal(String),
}

/// Returns whether proxies send this status for themselves.
fn is_proxy_status(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// How long to wait before a GET is sent again; `None` if it is not to be.
fn pause_before_another<T>(outcome: &Outcome<T>, attempt: u32) -> Option<Duration> {
    // Between half and all of it, so that many clients spread out.
    let pause = FIRST_PAUSE.saturating_mul(1 << attempt.min(8)).mul_f64(0.5 + fastrand::f64() / 2.0);
    let asked_for = match outcome {
        // A request that timed out took its time already.
        Err(progenitor_client::Error::CommunicationError(error))
            if error.is_timeout() || error.is_builder() || error.is_redirect() =>
        {
            return None;
        }
        Err(progenitor_client::Error::CommunicationError(_)) => Duration::ZERO,
        // The length matches, so the server sent a body that was already cut.
        Err(progenitor_client::Error::InvalidResponsePayload(body, error))
            if error.is_eof() && !body.trim_ascii().is_empty() =>
        {
            Duration::ZERO
        }
        Err(progenitor_client::Error::ErrorResponse(answer)) => match answer.status() {
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let now = Timestamp::from(SystemTime::now());
                error::retry_after(answer.headers()).map_or(Duration::ZERO, |after| after.delay(now))
            }
            _ => return None,
        },
        _ => return None,
    };
    (asked_for <= LONGEST_PAUSE).then(|| pause.min(LONGEST_PAUSE).max(asked_for))
}

/// reqwest itself drops known secrets on the way to another host, but not a header of our own naming.
pub(crate) fn same_origin() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let first = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > 5 || first != Some(attempt.url().origin()) {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

impl ClientHooks<Transport> for Client {
    async fn pre<E>(
        &self,
        request: &mut Request,
        _: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        // progenitor adds it; no server of this API knows it, and a CORS preflight could refuse it.
        request.headers_mut().remove("api-version");
        Ok(())
    }
}

/// The beginning of a body, or what came of it.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST_ERROR_BODY {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(LONGEST_ERROR_BODY);
    bytes
}

/// The extensions that a server announced in an answer's headers.
impl From<&HeaderMap> for Extensions {
    fn from(headers: &HeaderMap) -> Self {
        Self::from_header(headers.get(paths::EXTENSIONS_HEADER).and_then(|value| value.to_str().ok()))
    }
}
