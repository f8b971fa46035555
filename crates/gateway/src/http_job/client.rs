//! Sends requests to an engine.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use axum::http::header::{CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{Client, Url, redirect};
use serde_json::Value;
use txjobs_sdk::{RetryAfter, Timestamp};

use crate::addresses::AddressPolicy;
use crate::dns::{AddressRefused, CheckedResolver, SystemLookup};
use crate::request_secrets::SecretMask;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest response, after decompression.
const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// The most characters of a response that an error contains.
const MAX_EXCERPT: usize = 300;

/// The connections of a run to its engine. Each request has its own, so that a failure to connect means that nothing was sent.
#[derive(Debug)]
pub(super) struct EngineClient {
    client: Client,
    timeout: Duration,
}

/// The body of a request.
pub(super) enum RequestBody {
    Empty,
    Json(Value),
    /// The fields of a form.
    Form(String),
}

/// A response with its body.
#[derive(Debug)]
pub(super) struct EngineResponse {
    pub status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum SendError {
    /// The request was not sent.
    NotSent(String),
    /// The request may have arrived.
    Lost(String),
}

impl SendError {
    /// Returns the cause, for the inside of a sentence.
    pub fn cause(&self) -> &str {
        match self {
            Self::NotSent(cause) | Self::Lost(cause) => cause,
        }
    }
}

impl EngineClient {
    /// Creates the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used, for instance because the system has no certificates.
    pub fn new(addresses: &AddressPolicy, timeout: Duration) -> Result<Self> {
        // Fails only if the program has already installed a provider, which is then used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = CheckedResolver { lookup: Arc::new(SystemLookup), policy: addresses.clone() };
        let client = Client::builder()
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            // A proxy would connect to addresses that nobody has checked, and see plain requests.
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .user_agent(concat!("txjobs-gateway/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(resolver)
            .build()
            .context("the connections to the engine cannot use TLS")?;
        Ok(Self { client, timeout })
    }

    /// Sends a request once, and reads the response.
    ///
    /// # Errors
    ///
    /// Fails if there is no complete response in time. The error contains no URL and no header.
    pub async fn send(
        &self,
        method: Method,
        url: Url,
        mut headers: HeaderMap,
        body: RequestBody,
    ) -> Result<EngineResponse, SendError> {
        let (content_type, body) = match body {
            RequestBody::Json(body) => (Some("application/json"), Some(body.to_string())),
            RequestBody::Form(body) => (Some("application/x-www-form-urlencoded"), Some(body)),
            // Some servers refuse a POST without a length.
            RequestBody::Empty => (None, (method != Method::GET).then(String::new)),
        };
        if let Some(content_type) = content_type {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        let request = self.client.request(method, url).headers(headers);
        let request = match body {
            Some(body) => request.body(body),
            None => request,
        };
        match tokio::time::timeout(self.timeout, receive(request)).await {
            Ok(result) => result,
            Err(_) => Err(SendError::Lost(format!(
                "there was no complete response within {}",
                humantime::format_duration(self.timeout)
            ))),
        }
    }
}

async fn receive(request: reqwest::RequestBuilder) -> Result<EngineResponse, SendError> {
    let mut response = request.send().await.map_err(classify)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            let megabytes = MAX_RESPONSE_BYTES / (1024 * 1024);
            return Err(SendError::Lost(format!(
                "the response with status {status} has more than {megabytes} MB"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(EngineResponse { status, headers, body })
}

/// Returns the kind and the cause of a failure, without the URL.
fn classify(error: reqwest::Error) -> SendError {
    let mut cause = error.to_string();
    let mut source = error.source();
    let is_unsent = error.is_connect() || error.is_builder();
    while let Some(error) = source {
        cause = error.to_string();
        if error.is::<AddressRefused>() {
            break;
        }
        source = error.source();
    }
    match error {
        error if error.is_connect() && error.is_timeout() => {
            SendError::NotSent("no connection in time".to_owned())
        }
        _ if is_unsent => SendError::NotSent(format!("no connection: {cause}")),
        error if error.url().is_some_and(|url| cause.contains(url.as_str())) => {
            SendError::Lost("the connection failed".to_owned())
        }
        _ => SendError::Lost(format!("the connection failed: {cause}")),
    }
}

impl EngineResponse {
    /// Returns the body as JSON, if it is. Invalid characters do not matter.
    pub fn json(&self) -> Option<Value> {
        txjobs_sdk::decode::json(&self.body).ok()
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the header `Location`.
    pub fn location(&self) -> Option<String> {
        self.header(&LOCATION)
    }

    /// Returns how long the engine asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        let after = RetryAfter::parse(&self.header(&RETRY_AFTER)?)?;
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or_default(), 0);
        Some(after.relative_to_server_date(self.header(&DATE).as_deref()).delay(now))
    }

    fn header(&self, name: &HeaderName) -> Option<String> {
        Some(self.headers.get(name)?.to_str().ok()?.to_owned())
    }

    /// Returns whether the engine may accept the same request later.
    pub fn is_transient(&self) -> bool {
        self.status.is_server_error()
            || matches!(
                self.status,
                StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
            )
    }

    /// Describes a response that was not accepted, for the inside of a sentence, with the beginning of its text.
    pub fn describe(&self, mask: &SecretMask) -> String {
        let mut text = format!("the engine responded with {}", self.status);
        if self.status.is_redirection() {
            text.push_str(", a redirect, which is not followed");
        }
        let body = self.text();
        let words: Vec<_> = body.split_whitespace().collect();
        // A web page says nothing about the cause.
        if !words.is_empty() && !body.trim_start().starts_with('<') {
            // Before it is cut, so that no part of a secret remains.
            let words = mask.mask(&words.join(" "));
            let excerpt: String = words.chars().take(MAX_EXCERPT).collect();
            let dots = if words.chars().nth(MAX_EXCERPT).is_some() { "…" } else { "" };
            text.push_str(&format!(": {excerpt}{dots}"));
        }
        text
    }
}
