//! Checks of values that the admin API receives.

use serde::{Deserialize, Deserializer};

/// Fails with a sentence that names the property if its value is not within its bounds.
///
/// # Errors
///
/// Fails if `is_within` is false.
pub fn ensure_within(name: &str, is_within: bool, expected: &str) -> Result<(), String> {
    if is_within { Ok(()) } else { Err(format!("{name} must be {expected}")) }
}

/// Deserializes an optional property that must not be null.
///
/// # Errors
///
/// Fails if the value is null or invalid.
pub fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
