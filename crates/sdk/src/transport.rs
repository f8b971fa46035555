//! How a [`Client`] sends: what is tried again and what never, which redirects are followed, what is traced.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use tracing::Instrument;

use crate::{Extensions, RetryAfter, Timestamp, client::Client, decode, paths, trouble, types};

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

    async fn send(&self, request: Request) -> reqwest::Result<Answer> {
        if *request.method() != Method::GET {
            return whole(self.inner.post.execute(request).await?).await;
        }
        let get = async |request| whole(self.client.execute(request).await?).await;
        for attempt in 0..self.inner.retries {
            let Some(again) = request.try_clone() else { break };
            let answer = get(again).await;
            let Some(pause) = pause_before_another(&answer, attempt) else { return answer };
            tracing::debug!(attempt = attempt + 1, ?pause, "sending it again");
            tokio::time::sleep(pause).await;
        }
        get(request).await
    }
}

/// An answer with its body.
type Answer = http::Response<Bytes>;

/// Reads the body to its end, so that one that breaks off can be asked for again. Of a refusal only the beginning, and
/// in the contract's shape, whatever the server sent: so the status is never lost to a body that does not parse.
async fn whole(mut response: Response) -> reqwest::Result<Answer> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    if response.status().is_success() {
        let body = response.bytes().await?;
        let mark = body.len() - decode::without_mark(&body).len();
        return Ok(head.map(|()| body.slice(mark..)));
    }
    let error =
        types::ErrorBody { message: trouble::message_of(&beginning(response).await).unwrap_or_default() };
    let body = serde_json::to_vec(&error).unwrap_or_default();
    head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(head.map(|()| body.into()))
}

/// How long to wait before a GET is sent again; `None` if it is not to be.
fn pause_before_another(answer: &reqwest::Result<Answer>, attempt: u32) -> Option<Duration> {
    // Between half and all of it, so that many clients spread out.
    let pause = FIRST_PAUSE.saturating_mul(1 << attempt.min(8)).mul_f64(0.5 + fastrand::f64() / 2.0);
    let asked_for = match answer {
        // A request that timed out took its time already.
        Err(error) if error.is_timeout() || error.is_builder() || error.is_redirect() => return None,
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

    /// Sends in a span that names the operation and the path, and never a header.
    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        let span = tracing::info_span!(
            "txjobs request",
            operation = info.operation_id,
            method = %request.method(),
            path = request.url().path(),
        );
        async {
            let start = Instant::now();
            let answer = self.send(request).await;
            let took = start.elapsed();
            match &answer {
                Ok(answer) => tracing::debug!(status = answer.status().as_u16(), ?took, "answered"),
                Err(error) => tracing::debug!(error = trouble::root_cause(error), ?took, "no answer"),
            }
            answer.map(Response::from)
        }
        .instrument(span)
        .await
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
