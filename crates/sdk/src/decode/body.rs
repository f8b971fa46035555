//! Decodes a JSON body.

use serde::de::DeserializeOwned;

use super::repair;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Decodes a JSON body, with or without a byte order mark.
///
/// Unpaired surrogate escapes and invalid UTF-8 become U+FFFD. Raw control characters, and backslashes that start no escape,
/// stand for themselves. If an object repeats a field, in the same or another casing, the last one is decoded. A body without any
/// of these is decoded only once, at no extra cost.
///
/// # Errors
///
/// Returns an error with the position if the body is not JSON or does not match `T`.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let body = without_byte_order_mark(body);
    serde_json::from_slice(body).or_else(|error| match repair::repair(body, false) {
        Some(repaired) => serde_json::from_slice(&repaired.json),
        None => Err(error),
    })
}

/// Decodes the first JSON value of `body` and ignores the rest. Returns the value and the offset of its end, in bytes. Repairs an
/// array or an object as [`json`] does.
///
/// # Errors
///
/// Returns an error if the value is not JSON, does not match `T`, or is incomplete. If it is incomplete,
/// [`is_eof`](serde_json::Error::is_eof) is true: read more of the body, then decode again.
pub fn first_value<T: DeserializeOwned>(body: &[u8]) -> Result<(T, usize), serde_json::Error> {
    first_value_strictly(body).or_else(|error| {
        // If only the end is missing, the JSON needs no repair.
        let repaired = if error.is_eof() { None } else { repair::repair(body, true) };
        let Some(repaired) = repaired else { return Err(error) };
        first_value_strictly(&repaired.json).map(|(value, _)| (value, repaired.original_len))
    })
}

fn first_value_strictly<T: DeserializeOwned>(body: &[u8]) -> Result<(T, usize), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<T>();
    match values.next() {
        Some(value) => Ok((value?, values.byte_offset())),
        None => Err(serde::de::Error::custom("the body is empty")),
    }
}

pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}
