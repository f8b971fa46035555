//! Sends requests to webhooks.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::{Client, Response, Url};

use super::delivery_error::DeliveryError;
use crate::dns::{CheckedResolver, SystemLookup};
use crate::http_client::{self, Cause, excerpt, retry_after};
use crate::notify::{ADDRESSES, Content, Webhook};
use crate::request_secrets::{SecretMask, SecretValues};

/// The most bytes of a response that are read.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;

/// Creates the client of all webhooks. Each request has its own connection.
///
/// # Errors
///
/// Fails if TLS cannot be used, for instance because the system has no certificates.
pub(super) fn client() -> Result<Client> {
    let resolver = CheckedResolver { lookup: Arc::new(SystemLookup), policy: ADDRESSES };
    http_client::builder(resolver)
        .pool_max_idle_per_host(0)
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
    let failed =
        |error| DeliveryError { cause: mask.mask(&Cause::from(error).describe()), retry_after: None };
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let retry_after = retry_after(response.headers());
    // The text of an accepted one is not needed, so the connection is closed.
    if status.is_success() {
        return Ok(status.to_string());
    }
    let excerpt = excerpt(&beginning(response).await, &mask);
    let redirect = if status.is_redirection() { ", a redirect, which is not followed" } else { "" };
    let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    Err(DeliveryError {
        cause: format!("the server responded with {status}{redirect}{excerpt}"),
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

/// Returns the beginning of the body of a response.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_RESPONSE_BYTES {
            body.truncate(MAX_RESPONSE_BYTES);
            break;
        }
    }
    body
}
