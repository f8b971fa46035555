//! The id of a request, which connects a response with the lines of the log.

use axum::extract::Request;
use axum::http::HeaderName;

use crate::key;

/// The header of the id, in requests and responses.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 128;

/// An extension of a request whose id is the client's.
#[derive(Clone, Copy, Debug)]
struct SentByClient;

/// Removes an id that must not be in a log, so that the request gets another one.
pub(crate) async fn remove_unsafe_id(mut request: Request) -> Request {
    let headers = request.headers_mut();
    let is_safe = headers.get(REQUEST_ID).is_none_or(|id| id.to_str().is_ok_and(is_safe_id));
    if !is_safe {
        headers.remove(REQUEST_ID);
    }
    if headers.contains_key(REQUEST_ID) {
        request.extensions_mut().insert(SentByClient);
    }
    request
}

/// Removes the header of a generated id, so that handlers and journals see the headers that the client sent. The id stays an
/// extension.
pub(crate) async fn hide_generated_id(mut request: Request) -> Request {
    if request.extensions().get::<SentByClient>().is_none() {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Returns whether an id has only characters that no log and no terminal interprets, and is no key, which people send in every
/// place.
fn is_safe_id(id: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@#".contains(&byte);
    (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(is_safe) && !id.contains(key::PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_ids_without_special_characters_are_kept() {
        let long = "x".repeat(MAX_LENGTH);
        for id in ["1", "0af7651916cd43dd", "Root=1-67891233:abc", &long] {
            assert!(is_safe_id(id), "{id}");
        }
        let too_long = "x".repeat(MAX_LENGTH + 1);
        for id in ["", "a b", "a\"b", "a\u{1b}[0m", "{}", "%0a", "txg_secret", "id=txg_secret", &too_long] {
            assert!(!is_safe_id(id), "{id}");
        }
    }
}
