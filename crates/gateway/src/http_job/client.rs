//! Sends requests to an engine.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::{Client, Url};
use serde_json::Value;

use super::background::in_background;
use crate::addresses::AddressPolicy;
use crate::dns::{CheckedResolver, SystemLookup};
use crate::http_client::{self, Cause, excerpt, retry_after};
use crate::request_secrets::SecretMask;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest response, after decompression.
const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// The largest response that is parsed at once. A larger one would keep other tasks waiting.
const MAX_QUICK_BYTES: usize = 64 * 1024;

/// The client of a job, which all its runs share. The first run builds it, because TLS reads the certificates of the system.
#[derive(Clone, Debug, Default)]
pub struct SharedClient(Arc<OnceLock<EngineClient>>);

/// The connections of a job to its engine. Each request has its own, so that a failure to connect means that nothing was sent.
#[derive(Clone, Debug)]
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
    body: Arc<Vec<u8>>,
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

impl SharedClient {
    /// Returns the client, and creates it if there is none yet.
    ///
    /// # Errors
    ///
    /// Fails like [`EngineClient::new`].
    pub(super) fn get(&self, addresses: &AddressPolicy, timeout: Duration) -> Result<EngineClient> {
        if let Some(client) = self.0.get() {
            return Ok(client.clone());
        }
        let client = EngineClient::new(addresses, timeout)?;
        // Another run may have been faster.
        Ok(self.0.get_or_init(|| client).clone())
    }
}

impl EngineClient {
    /// Creates the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used, for instance because the system has no certificates.
    fn new(addresses: &AddressPolicy, timeout: Duration) -> Result<Self> {
        let resolver = CheckedResolver { lookup: Arc::new(SystemLookup), policy: addresses.clone() };
        let client = http_client::builder(resolver)
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
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
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            let megabytes = MAX_RESPONSE_BYTES / (1024 * 1024);
            return Err(SendError::Lost(format!(
                "the response with status {status} has more than {megabytes} MB"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(EngineResponse { status, headers, body: Arc::new(body) })
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        let cause = Cause::from(error);
        let text = cause.describe();
        match cause {
            Cause::AddressRefused(_) | Cause::NotConnected(_) => Self::NotSent(text),
            Cause::TimedOut | Cause::Interrupted(_) => Self::Lost(text),
        }
    }
}

impl EngineResponse {
    /// Returns the body as JSON, if it is. Invalid characters do not matter.
    pub async fn json(&self) -> Option<Value> {
        if self.body.len() <= MAX_QUICK_BYTES {
            return txjobs_sdk::decode::json(&self.body).ok();
        }
        let body = Arc::clone(&self.body);
        in_background(move || txjobs_sdk::decode::json(&body).ok()).await.ok()?
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the header `Location`.
    pub fn location(&self) -> Option<String> {
        Some(self.headers.get(LOCATION)?.to_str().ok()?.to_owned())
    }

    /// Returns how long the engine asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers)
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
        text.push_str(&excerpt(&self.body, mask));
        text
    }
}
