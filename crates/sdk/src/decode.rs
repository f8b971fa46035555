//! Decodes JSON bodies leniently, because servers send invalid characters.

use serde::{Deserialize, Deserializer};

mod body;
mod executions;
mod lenient_value;
mod repair;
mod repeated_fields;

pub(crate) use body::without_byte_order_mark;
pub use body::{first_value, json};
pub use executions::{DecodedPart, ExecutionDecoder};
pub use lenient_value::LenientValue;

/// Decodes null to the default value.
pub(crate) fn deserialize_null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
