//! Sends requests with fetch, and pauses all requests when the server requests it.

use std::{cell::RefCell, time::Duration};

use gloo_net::http::{Method as HttpMethod, RequestBuilder, Response};
use txjobs_sdk::{
    Error, ErrorKind, RateLimitPause, RetryAfter,
    operation::{Method, Operation, Request},
    paths,
};
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect, ResponseType};

use super::timeout::RequestTimeout;
use crate::{api::response::RawResponse, profiles::session::Session, utils::time};

/// Maximum time for a complete response, or between two chunks of a streamed response.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(60);

/// A response whose status and headers have arrived.
pub(super) struct OpenResponse {
    pub(super) timeout: RequestTimeout,
    pub(super) response: Response,
}

thread_local! {
    /// The requested pause, with the base URL of the server.
    static PAUSE: RefCell<(String, RateLimitPause)> = RefCell::default();
}

/// Waits until the pause ends that the server requested for all requests.
pub(super) async fn wait_for_pause(session: &Session) {
    loop {
        let wait = PAUSE.with_borrow(|(base, pause)| {
            if *base == session.base { pause.remaining(time::uptime()) } else { Duration::ZERO }
        });
        if wait.is_zero() {
            return;
        }
        time::sleep(wait + Duration::from_millis(1)).await;
    }
}

/// Records the pause that a response requests.
fn record_pause(session: &Session, response: &Response) {
    let (status, headers) = (response.status(), response.headers());
    if !matches!(status, 429 | 503) {
        return;
    }
    let retry_after = headers.get("retry-after").and_then(|value| RetryAfter::parse(&value));
    let retry_after = retry_after.map(|after| after.relative_to_server_date(headers.get("date").as_deref()));
    PAUSE.with_borrow_mut(|(base, pause)| {
        if *base != session.base {
            (*base, *pause) = (session.base.clone(), RateLimitPause::default());
        }
        pause.handle_response(time::uptime(), time::timestamp(), status, retry_after);
    });
}

/// Sends a request and waits for the head of the response.
pub(super) async fn open(
    session: &Session,
    request: &Request,
    max_wait: Duration,
) -> Result<OpenResponse, Error> {
    wait_for_pause(session).await;
    let timeout = RequestTimeout::new(max_wait);
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
        .abort_signal(timeout.signal().as_ref())
        .send()
        .await
        .map_err(|_| timeout.error(ErrorKind::BlockedByBrowser).with_operation(request.operation()))?;
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(Error::new(ErrorKind::NotThisApi)
            .with_operation(request.operation())
            .with_message(REDIRECT));
    }
    record_pause(session, &response);
    Ok(OpenResponse { timeout, response })
}

impl OpenResponse {
    /// Returns the header with the extensions.
    pub(super) fn extensions(&self) -> Option<String> {
        self.response.headers().get(paths::EXTENSIONS_HEADER)
    }

    /// Reads the body.
    pub(super) async fn into_raw(
        self,
        operation: &'static Operation,
        all_headers: bool,
    ) -> Result<RawResponse, Error> {
        let body = self.response.binary().await;
        let headers = self.response.headers();
        Ok(RawResponse {
            status: self.response.status(),
            retry_after: headers.get("retry-after"),
            date: headers.get("date"),
            extensions: self.extensions(),
            headers: if all_headers { headers.entries().collect() } else { Vec::new() },
            body: body.map_err(|_| self.timeout.error(ErrorKind::Interrupted).with_operation(operation))?,
        })
    }
}

const REDIRECT: &str = "The server responds with a redirect. The console does not follow redirects, because the browser \
                        would send the key to the new address.";
