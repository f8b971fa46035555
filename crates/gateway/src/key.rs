//! API keys: generated once, shown once, stored as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use txjobs_sdk::ApiKey;

pub use txjobs_store::KeyHash;

/// The prefix of every API key, by which people and secret scanners recognize one.
pub const PREFIX: &str = "txg_";

/// Headers that HTTP or CORS uses itself, or whose value is logged, so that they cannot carry a key.
const RESERVED_HEADERS: [&str; 18] = [
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "if-none-match",
    "keep-alive",
    "origin",
    "te",
    "traceparent",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-request-id",
];

/// Generates an API key.
///
/// # Errors
///
/// Fails if the operating system provides no random bytes.
pub fn generate() -> anyhow::Result<ApiKey> {
    generate_with_prefix(PREFIX)
}

/// Generates a secret of 32 random bytes after a prefix.
///
/// # Errors
///
/// Fails if the operating system provides no random bytes.
pub fn generate_with_prefix(prefix: &str) -> anyhow::Result<ApiKey> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(ApiKey::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))?)
}

/// Returns the hash of a key.
pub fn hash(key: &str) -> KeyHash {
    Sha256::digest(key.as_bytes()).into()
}

/// Returns whether HTTP or CORS uses the header of this name itself, so that it cannot carry a key.
pub fn is_reserved_header(name: &str) -> bool {
    RESERVED_HEADERS.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_keys_differ_and_have_the_prefix() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        assert!(one.expose().starts_with(PREFIX));
        assert_eq!(one.expose().len(), PREFIX.len() + 43);
        assert_ne!(hash(one.expose()), hash(other.expose()));
    }
}
