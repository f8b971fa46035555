//! API keys: made once, shown once, kept as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use txjobs_sdk::ApiKey;

/// What every key begins with, so that people and secret scanners recognize one.
pub const PREFIX: &str = "txg_";

/// What every token of `/admin` begins with.
pub const TOKEN_PREFIX: &str = "txa_";

pub use txjobs_store::KeyHash;

/// Makes a key from 32 random bytes of the operating system.
///
/// # Errors
///
/// The operating system has none to give.
pub fn mint() -> anyhow::Result<ApiKey> {
    beginning_with(PREFIX)
}

/// Makes a token of `/admin` in the same way: it is no key of any organization.
///
/// # Errors
///
/// The operating system has no random bytes to give.
pub fn mint_token() -> anyhow::Result<ApiKey> {
    beginning_with(TOKEN_PREFIX)
}

fn beginning_with(prefix: &str) -> anyhow::Result<ApiKey> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(ApiKey::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))?)
}

/// The hash of a key, or of what a request sent as one.
pub fn hash(key: &str) -> KeyHash {
    Sha256::digest(key.as_bytes()).into()
}

/// Headers that HTTP or CORS uses itself, so that they cannot carry a key.
const RESERVED_HEADERS: [&str; 16] = [
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
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Whether HTTP or CORS uses the header of this name itself, so that it cannot carry a key.
pub fn is_reserved_header(name: &str) -> bool {
    RESERVED_HEADERS.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_are_recognisable() {
        let (one, other) = (mint().unwrap(), mint().unwrap());
        assert_ne!(one, other);
        assert!(one.expose().starts_with(PREFIX));
        assert_eq!(one.expose().len(), PREFIX.len() + 43);
        assert_ne!(hash(one.expose()), hash(other.expose()));
    }
}
