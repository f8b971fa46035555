//! Sends the requests of a diagnosis: GET and OPTIONS only, within a bounded time, and with bounded responses.

use std::time::{Duration, Instant, SystemTime};

use reqwest::{
    StatusCode, Url, Version,
    header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER},
};
use tokio::time;
use txjobs_sdk::{ApiKey, Error, ErrorKind, RetryAfter, ServerAddress, client, paths};

/// The most bytes of a response that are read.
pub(crate) const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The most redirects that are followed for one request.
const MAX_REDIRECTS: usize = 5;
/// The longest pause that the server may request before a request is repeated.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// The most requests in a row without a response, before no further one is sent.
const MAX_FAILURES: usize = 2;
/// The time for all requests, as a multiple of the time for one.
const TOTAL_TIME_FACTOR: u32 = 6;

/// The method of a request. There is no variant for POST, because a diagnosis never changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Get,
    Options,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What is requested, for the list of response times.
    label: &'static str,
    method: Method,
    path_and_query: String,
    key_header: Option<HeaderName>,
    headers: HeaderMap,
    accepts_gzip: bool,
}

impl Request {
    /// Creates a GET without the key.
    pub(crate) fn get(label: &'static str, path_and_query: impl Into<String>) -> Self {
        Self {
            label,
            method: Method::Get,
            path_and_query: path_and_query.into(),
            key_header: None,
            headers: HeaderMap::new(),
            accepts_gzip: false,
        }
    }

    /// Creates an OPTIONS without the key.
    pub(crate) fn options(label: &'static str, path_and_query: impl Into<String>) -> Self {
        Self { method: Method::Options, ..Self::get(label, path_and_query) }
    }

    /// Sends the key in this header.
    pub(crate) fn with_key(mut self, header: &HeaderName) -> Self {
        self.key_header = Some(header.clone());
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Accepts a compressed response, and reads only its head.
    pub(crate) fn for_compression(mut self) -> Self {
        self.accepts_gzip = true;
        self
    }
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) label: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    /// The beginning of the body.
    pub(crate) body: Vec<u8>,
    /// Whether the body is longer than [`MAX_BODY_BYTES`].
    pub(crate) is_too_long: bool,
    /// The reason why the body is incomplete.
    pub(crate) body_error: Option<String>,
    /// The time when the request was sent.
    pub(crate) sent_at: SystemTime,
    /// The time until the head of the response.
    pub(crate) head_time: Duration,
    /// The time until the end of the response.
    pub(crate) total_time: Duration,
    /// The number of redirects within the origin that were followed.
    pub(crate) redirect_count: usize,
    /// The target of a redirect that was not followed, because it leads to another origin or is one of too many.
    pub(crate) other_origin: Option<Url>,
}

impl Response {
    /// Returns a header as text.
    pub(crate) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<String> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Returns the requested pause.
    pub(crate) fn retry_after(&self) -> Option<RetryAfter> {
        let date = self.header(reqwest::header::DATE);
        Some(RetryAfter::parse(&self.header(RETRY_AFTER)?)?.relative_to_server_date(date.as_deref()))
    }

    /// Returns whether the body is complete.
    pub(crate) fn is_complete(&self) -> bool {
        !self.is_too_long && self.body_error.is_none()
    }
}

/// The reason why there is no response.
#[derive(Debug)]
pub(crate) enum NoResponse {
    /// The request failed.
    Failed(Error),
    /// The request was not sent. The clause says why.
    NotSent(&'static str),
}

/// Sends requests to one server.
#[derive(Debug)]
pub(crate) struct Requester {
    address: ServerAddress,
    client: reqwest::Client,
    /// Leaves compressed responses as they are.
    gzip_client: reqwest::Client,
    key: Option<ApiKey>,
    timeout: Duration,
    deadline: Instant,
    failure_count: usize,
    is_limited: bool,
    /// The responses so far, without their bodies.
    responses: Vec<Response>,
}

impl Requester {
    /// Creates a requester, whose requests take at most `timeout` each.
    pub(crate) fn new(
        address: ServerAddress,
        key: Option<ApiKey>,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let builder = || {
            let user_agent = concat!("txjobs/", env!("CARGO_PKG_VERSION"));
            address.http_client().user_agent(user_agent).connect_timeout(timeout)
        };
        Ok(Self {
            client: builder().build()?,
            gzip_client: builder().no_gzip().build()?,
            key,
            timeout,
            deadline: Instant::now() + timeout * TOTAL_TIME_FACTOR,
            failure_count: 0,
            is_limited: false,
            responses: Vec::new(),
            address,
        })
    }

    /// Returns the heads of the responses so far.
    pub(crate) fn responses(&self) -> &[Response] {
        &self.responses
    }

    /// Returns whether the time for all requests is over.
    pub(crate) fn is_out_of_time(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Returns why no further request is sent.
    pub(crate) fn stop_reason(&self) -> Option<&'static str> {
        if self.is_limited {
            Some("the server received too many requests")
        } else if self.failure_count >= MAX_FAILURES {
            Some("the server did not respond")
        } else if self.is_out_of_time() {
            Some("the time for all requests is over")
        } else {
            None
        }
    }

    /// Sends a request. Repeats it once if the server requests a short pause.
    pub(crate) async fn send(&mut self, request: &Request) -> Result<Response, NoResponse> {
        if let Some(reason) = self.stop_reason() {
            return Err(NoResponse::NotSent(reason));
        }
        let mut result = self.send_once(request).await;
        let max_pause = MAX_PAUSE.min(self.deadline.saturating_duration_since(Instant::now()));
        if let Some(pause) = requested_pause(&result).filter(|pause| *pause <= max_pause) {
            time::sleep(pause).await;
            result = self.send_once(request).await;
        }
        match &result {
            Ok(response) => {
                self.failure_count = 0;
                self.is_limited = response.status == StatusCode::TOO_MANY_REQUESTS;
            }
            Err(_) => self.failure_count += 1,
        }
        result.map_err(NoResponse::Failed)
    }

    async fn send_once(&mut self, request: &Request) -> Result<Response, Error> {
        let remaining = self.deadline.saturating_duration_since(Instant::now()).min(self.timeout);
        let sent = time::timeout(remaining, self.follow_redirects(request, remaining)).await;
        let timed_out = || Error::new(ErrorKind::Interrupted).with_message("timed out");
        let mut response = match sent {
            Ok(result) => result.map_err(|error| self.convert(error))?,
            Err(_) => return Err(timed_out()),
        };
        let body = std::mem::take(&mut response.body);
        self.responses.push(response.clone());
        Ok(Response { body, ..response })
    }

    /// Classifies an error as the SDK does.
    fn convert(&self, error: reqwest::Error) -> Error {
        let error = Error::from_client(&paths::LIST_JOBS, client::Error::CommunicationError(error));
        match &self.key {
            Some(key) => error.with_masked_key(key),
            None => error,
        }
    }

    /// Follows redirects within the origin, as the SDK does. A key is never sent to another origin.
    async fn follow_redirects(&self, request: &Request, timeout: Duration) -> reqwest::Result<Response> {
        let base = self.address.url().as_str().trim_end_matches('/');
        let first = Url::parse(&format!("{base}{}", request.path_and_query));
        let mut url = first.unwrap_or_else(|_| self.address.url().clone());
        let mut redirect_count = 0;
        loop {
            let mut response = self.send_to(&url, request, timeout).await?;
            response.redirect_count = redirect_count;
            let location = response.header(LOCATION).filter(|_| response.status.is_redirection());
            let Some(target) = location.and_then(|location| url.join(&location).ok()) else {
                return Ok(response);
            };
            if target.origin() != url.origin() || redirect_count == MAX_REDIRECTS {
                response.other_origin = Some(target);
                return Ok(response);
            }
            url = target;
            redirect_count += 1;
        }
    }

    async fn send_to(&self, url: &Url, request: &Request, timeout: Duration) -> reqwest::Result<Response> {
        let client = if request.accepts_gzip { &self.gzip_client } else { &self.client };
        let builder = match request.method {
            Method::Get => client.get(url.clone()),
            Method::Options => client.request(reqwest::Method::OPTIONS, url.clone()),
        };
        let mut headers = request.headers.clone();
        if request.accepts_gzip {
            headers.insert(reqwest::header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let (Some(name), Some(key)) = (&request.key_header, &self.key) {
            let mut value = HeaderValue::try_from(key.expose()).expect("an ApiKey is visible ASCII");
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        let (sent_at, start) = (SystemTime::now(), Instant::now());
        let response = builder.headers(headers).timeout(timeout).send().await?;
        let head_time = start.elapsed();
        let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
        let body = if request.accepts_gzip { Body::default() } else { read_body(response).await };
        Ok(Response {
            label: request.label,
            status,
            version,
            headers,
            body: body.bytes,
            is_too_long: body.is_too_long,
            body_error: body.error,
            sent_at,
            head_time,
            total_time: start.elapsed(),
            redirect_count: 0,
            other_origin: None,
        })
    }
}

/// Returns the pause after which a request may be repeated.
fn requested_pause(result: &Result<Response, Error>) -> Option<Duration> {
    let response = result.as_ref().ok()?;
    let is_pause = matches!(response.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let now = SystemTime::now().into();
    response.retry_after().filter(|_| is_pause).map(|after| after.delay(now))
}

#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    is_too_long: bool,
    error: Option<String>,
}

/// Reads a body to its end, to its limit, or to an error.
async fn read_body(mut response: reqwest::Response) -> Body {
    let mut body = Body::default();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.bytes.extend_from_slice(&chunk),
            Ok(None) => return body,
            Err(error) => {
                body.error = Some(if error.is_timeout() { "timed out" } else { "interrupted" }.to_owned());
                return body;
            }
        }
        if body.bytes.len() > MAX_BODY_BYTES {
            body.bytes.truncate(MAX_BODY_BYTES);
            body.is_too_long = true;
            return body;
        }
    }
}
