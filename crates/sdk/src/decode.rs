//! Reading bodies the way they come, not only the way they should.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Decodes a JSON body, with or without a byte order mark.
///
/// # Errors
///
/// The body is not JSON, or not of this shape: the error says where.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(without_mark(body))
}

pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// For `#[serde(deserialize_with)]`: null is the same as absent.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
