//! Sends requests to webhooks.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use axum::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::{Client, Response, Url, redirect};
use txjobs_sdk::{RetryAfter, Timestamp};

use super::delivery_error::DeliveryError;
use crate::dns::{AddressRefused, CheckedResolver, SystemLookup};
use crate::notify::{ADDRESSES, Content, Webhook};
use crate::request_secrets::{SecretMask, SecretValues};

/// The most bytes of a response that are read.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;
/// The most characters of a response that an error contains.
const MAX_EXCERPT: usize = 300;

/// Creates the client of all webhooks. Each request has its own connection.
///
/// # Errors
///
/// Fails if TLS cannot be used, for instance because the system has no certificates.
pub(super) fn client() -> Result<Client> {
    // Fails only if the program has already installed a provider, which is then used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        // A proxy would connect to addresses that nobody has checked.
        .no_proxy()
        .referer(false)
        .user_agent(concat!("txjobs-gateway/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(CheckedResolver { lookup: Arc::new(SystemLookup), policy: ADDRESSES })
        .build()
        .context("the connections to webhooks cannot use TLS")
}

/// Sends a request once. Returns the status of the response.
///
/// # Errors
///
/// Fails if the server has not accepted it. The error contains neither the address nor a secret.
pub(super) async fn send_request(
    client: &Client,
    webhook: &Webhook,
    content: &Content,
) -> Result<String, DeliveryError> {
    let secrets = SecretValues::read(webhook.secrets()).await?;
    let url = webhook.address(&secrets)?;
    let mask = mask(&url, &secrets);
    let headers = headers(webhook, &secrets)?;
    let values = content.values();
    let body = match &webhook.body {
        Some(body) => body.render(&values, &secrets),
        None => content.to_json(),
    };
    let request = client.post(url).headers(headers).body(body.to_string());
    let failed = |error| DeliveryError { cause: mask.mask(&cause(error)), retry_after: None };
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let retry_after = retry_after(response.headers());
    // The text of an accepted one is not needed, so the connection is closed.
    if status.is_success() {
        return Ok(status.to_string());
    }
    let excerpt = mask.mask(&excerpt(response).await);
    let redirect = if status.is_redirection() { ", a redirect, which is not followed" } else { "" };
    let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    Err(DeliveryError {
        cause: format!("the server responded with {status}{redirect}{}", shortened(&excerpt)),
        retry_after: retry_after.filter(|_| is_busy),
    })
}

/// Returns the mask of everything that gives access to the webhook.
fn mask(url: &Url, secrets: &SecretValues) -> SecretMask {
    let mut mask = SecretMask::default();
    secrets.values().for_each(|secret| mask.add(secret));
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    mask.add_if_long(url.as_str());
    mask.add_if_long(&path);
    url.path_segments().into_iter().flatten().for_each(|segment| mask.add_if_long(segment));
    url.query_pairs().for_each(|(_, value)| mask.add_if_long(&value));
    mask
}

fn headers(webhook: &Webhook, secrets: &SecretValues) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &webhook.headers {
        let value = header_value(name, &value.render(|_| "".into(), secrets))?;
        headers.insert(name.clone(), value);
    }
    Ok(headers)
}

/// Returns the value of a header, which no log shows.
fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue> {
    // The usual error repeats nothing of the value.
    let value = HeaderValue::from_str(text);
    let mut value =
        value.with_context(|| format!("the value of the header {name} has a control character"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Returns how long the server asks to wait.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let after = RetryAfter::parse(text(RETRY_AFTER)?)?;
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or_default(), 0);
    Some(after.relative_to_server_date(text(DATE)).delay(now))
}

/// Returns the words of a response that is no web page.
async fn excerpt(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_RESPONSE_BYTES {
            body.truncate(MAX_RESPONSE_BYTES);
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    let printable = |char: char| if char.is_control() { ' ' } else { char };
    let text: String = text.chars().map(printable).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts words after the secrets in them are masked.
fn shortened(words: &str) -> String {
    match (words.is_empty(), words.char_indices().nth(MAX_EXCERPT)) {
        (true, _) => String::new(),
        (false, None) => format!(": {words}"),
        (false, Some((end, _))) => format!(": {}…", &words[..end]),
    }
}

/// Returns the cause of a failure. It does not contain the address.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        cause = error.to_string();
        if error.is::<AddressRefused>() {
            break;
        }
        source = error.source();
    }
    format!("no response: {cause}")
}
