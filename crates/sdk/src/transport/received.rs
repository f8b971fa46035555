//! Reads a response completely and masks the API key in it.

use bytes::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{HeaderMap, HeaderValue},
};

use crate::{error::extract_message, key::ApiKey, proxy::proxy_for};

/// The most bytes of an error body that are read. An untrusted server cannot fill the memory.
const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;

/// A response with its body.
pub(super) struct ReceivedResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: ReceivedBody,
}

pub(super) enum ReceivedBody {
    /// The body of a success.
    Success(Bytes),
    /// The message in the body of an error.
    ErrorMessage(String),
}

impl ReceivedResponse {
    /// Reads the complete body, so that an interrupted response can be requested again.
    ///
    /// Reads only the beginning of an error body and extracts its message, so that a body that cannot be parsed never hides the
    /// status.
    pub(super) async fn read(mut response: Response, key: &ApiKey) -> reqwest::Result<Self> {
        let status = response.status();
        let mut headers = std::mem::take(response.headers_mut());
        if status.is_success() {
            return Ok(Self { status, headers, body: ReceivedBody::Success(response.bytes().await?) });
        }
        headers.values_mut().for_each(|value| mask_key(value, key));
        let proxy = is_sent_by_proxies(status).then(|| proxy_for(response.url())).flatten();
        let message = extract_message(&read_beginning(response).await).unwrap_or_default();
        let message = key.mask(&message);
        let message = match proxy {
            Some(proxy) => format!("{message} (through the proxy {proxy})").trim_start().to_owned(),
            None => message,
        };
        Ok(Self { status, headers, body: ReceivedBody::ErrorMessage(message) })
    }
}

/// Masks the key in a header, because a server may repeat it.
fn mask_key(value: &mut HeaderValue, key: &ApiKey) {
    if let Ok(text) = value.to_str() {
        let masked = key.mask(text);
        if masked != text {
            *value = HeaderValue::try_from(masked).unwrap_or(HeaderValue::from_static(""));
        }
    }
}

/// Returns whether proxies send this status on their own behalf.
fn is_sent_by_proxies(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Returns the beginning of a body. If the transfer fails, returns what has arrived.
async fn read_beginning(mut response: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < MAX_ERROR_BODY_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(MAX_ERROR_BODY_BYTES);
    bytes
}
