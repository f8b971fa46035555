//! Names of Kubernetes.

use anyhow::{Result, ensure};
use toml::Spanned;

use crate::config::location::At;

/// Checks a name of DNS (RFC 1123), as Kubernetes does.
pub(super) fn check_name(key: &str, text: &str, max: usize) -> Result<()> {
    let is_edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_allowed = |byte: u8| is_edge(byte) || byte == b'-' || (byte == b'.' && max > 63);
    let bytes = text.as_bytes();
    let is_valid = (1..=max).contains(&bytes.len())
        && bytes.iter().copied().all(is_allowed)
        && bytes.first().copied().is_some_and(is_edge)
        && bytes.last().copied().is_some_and(is_edge);
    ensure!(
        is_valid,
        "`{key}` = {text:?} is not a name of Kubernetes: lowercase letters, digits, and hyphens, at most {max} characters"
    );
    Ok(())
}

/// Checks a name, and returns it. An error has its place in the file.
pub(super) fn checked_name(key: &str, name: Spanned<String>, max: usize) -> Result<String> {
    check_name(key, name.get_ref(), max).at(name.span())?;
    Ok(name.into_inner())
}

/// The longest name of a namespace or a container.
pub(super) const MAX_LABEL: usize = 63;
/// The longest name of another object.
pub(super) const MAX_NAME: usize = 253;
