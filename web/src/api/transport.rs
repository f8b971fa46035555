//! Sends requests with fetch.

use std::time::Duration;

use gloo_net::http::{Method as HttpMethod, RequestBuilder, Response};
use txjobs_sdk::{
    Error, ErrorKind,
    operation::{Method, Operation, Request},
    paths,
};
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect, ResponseType};

use super::{
    body::BodyReader,
    pauses::{record_pause, wait_for_pause},
    timeout::RequestTimeout,
};
use crate::{api::response::RawResponse, profiles::session::Session, text::t};

/// Maximum time for the head of a response, and between two parts of its body.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(60);

/// A response whose status and headers have arrived.
pub(super) struct OpenResponse {
    timeout: RequestTimeout,
    pub(super) response: Response,
}

/// Sends a request and waits for the head of the response.
pub(super) async fn open(
    session: &Session,
    request: &Request,
    max_wait: Duration,
) -> Result<OpenResponse, Error> {
    wait_for_pause(&session.base).await;
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
            .with_message(redirect()));
    }
    record_pause(&session.base, &response);
    Ok(OpenResponse { timeout, response })
}

impl OpenResponse {
    /// Returns the header with the extensions.
    pub(super) fn extensions(&self) -> Option<String> {
        self.response.headers().get(paths::EXTENSIONS_HEADER)
    }

    /// Returns the rest of the response.
    pub(super) fn into_body(self) -> BodyReader {
        BodyReader::new(self.response.body(), self.timeout)
    }

    /// Reads the body.
    pub(super) async fn into_raw(
        self,
        operation: &'static Operation,
        all_headers: bool,
    ) -> Result<RawResponse, Error> {
        let headers = self.response.headers();
        Ok(RawResponse {
            status: self.response.status(),
            retry_after: headers.get("retry-after"),
            date: headers.get("date"),
            extensions: self.extensions(),
            headers: if all_headers { headers.entries().collect() } else { Vec::new() },
            body: self.into_body().read_all().await.map_err(|error| error.with_operation(operation))?,
        })
    }
}

fn redirect() -> &'static str {
    t("The server responds with a redirect. The console does not follow redirects, because the browser \
       would send the key to the new address.")
}
