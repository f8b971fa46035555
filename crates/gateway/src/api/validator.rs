//! Conditional requests: responses have a validator (`ETag`), and clients that have the response already get 304.

use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The validator of a response.
#[derive(Clone, Debug)]
pub(super) struct Validator {
    tag: HeaderValue,
    key_header: HeaderValue,
}

impl Validator {
    /// Creates a validator from the bytes that `parts` hashes.
    pub fn new(key_header: &HeaderName, parts: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Self {
        let mut hash = Sha256::new();
        parts(&mut |part| hash.update(part));
        // Weak, because a response is the same response in every encoding.
        let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&hash.finalize()[..16]));
        Self {
            tag: HeaderValue::try_from(tag).expect("base64 is visible ASCII"),
            key_header: HeaderValue::from_name(key_header.clone()),
        }
    }

    /// Returns whether the caller already has this response (RFC 9110, section 13.1.2).
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let ours = self.tag.to_str().map(opaque).unwrap_or_default();
        let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        known.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == ours)
    }

    /// Returns the response 304.
    pub fn not_modified(self) -> Response {
        (StatusCode::NOT_MODIFIED, self, ()).into_response()
    }
}

impl IntoResponseParts for Validator {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        let headers = parts.headers_mut();
        headers.insert(ETAG, self.tag);
        // A browser may cache it for its user, and validates it at every request.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.append(VARY, self.key_header);
        Ok(parts)
    }
}
