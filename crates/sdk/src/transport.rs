//! How a [`Client`] sends: what is tried again and what never, which redirects are followed, what is traced.

use std::time::{Duration, Instant, SystemTime};

use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use tracing::Instrument;

use crate::{Extensions, RetryAfter, Timestamp, client::Client, paths, trouble, types};

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
}

impl Client {
    /// The same client without repetitions, for callers that pace themselves.
    pub(crate) fn without_retries(&self) -> Self {
        let mut client = self.clone();
        client.inner.retries = 0;
        client
    }

    async fn send(&self, request: Request) -> reqwest::Result<Response> {
        if *request.method() != Method::GET {
            return self.inner.post.execute(request).await;
        }
        for attempt in 0..self.inner.retries {
            let Some(again) = request.try_clone() else { break };
            let answer = self.client.execute(again).await;
            let Some(pause) = pause_before_another(&answer, attempt) else { return answer };
            tracing::debug!(attempt = attempt + 1, ?pause, "sending it again");
            tokio::time::sleep(pause).await;
        }
        self.client.execute(request).await
    }
}

/// How long to wait before a GET is sent again; `None` if it is not to be.
fn pause_before_another(answer: &reqwest::Result<Response>, attempt: u32) -> Option<Duration> {
    // Between half and all of it, so that many clients spread out.
    let pause = FIRST_PAUSE.saturating_mul(1 << attempt.min(8)).mul_f64(0.5 + fastrand::f64() / 2.0);
    let asked_for = match answer {
        // A request that timed out took its time already.
        Err(error) if error.is_timeout() || !(error.is_connect() || error.is_request()) => return None,
        Err(_) => Duration::ZERO,
        Ok(answer) => match answer.status() {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let header = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let now = Timestamp::from(SystemTime::now());
                header.and_then(RetryAfter::parse).map_or(Duration::ZERO, |after| after.delay(now))
            }
            _ => return None,
        },
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
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        // progenitor adds it; no server of this API knows it, and a CORS preflight could refuse it.
        request.headers_mut().remove("api-version");
        Ok(())
    }

    /// Sends in a span that names the operation and the path, and never a header. Gives every refusal the contract's
    /// error body, whatever the server sent, so that the status is never lost to a body that does not parse.
    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        let span = tracing::info_span!(
            "txjobs request",
            operation = info.operation_id,
            method = %request.method(),
            path = request.url().path(),
        );
        async {
            let start = Instant::now();
            let response = match self.send(request).await {
                Ok(response) => response,
                Err(error) => {
                    tracing::debug!(error = trouble::root_cause(&error), took = ?start.elapsed(), "no answer");
                    return Err(error);
                }
            };
            tracing::debug!(status = response.status().as_u16(), took = ?start.elapsed(), "answered");
            if response.status().is_success() { Ok(response) } else { Ok(refusal(response).await) }
        }
        .instrument(span)
        .await
    }
}

/// The answer with the contract's error body in the place of its own.
async fn refusal(response: Response) -> Response {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.headers_mut() = response.headers().clone();
    let body = some_bytes(response).await;
    let error = types::Error { message: trouble::message_of(&body).unwrap_or_default() };
    let body = serde_json::to_vec(&error).unwrap_or_default();
    head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    head.map(|()| body).into()
}

/// The beginning of a body, or what came of it.
async fn some_bytes(mut response: Response) -> Vec<u8> {
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
