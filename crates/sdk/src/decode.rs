//! Decodes JSON bodies leniently, because servers send invalid characters.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

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

/// Decodes a value of another type to `None`: a server may use the name of an extension for something else.
pub(crate) fn deserialize_or_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum AnyType<T> {
        Expected(T),
        Other(IgnoredAny),
    }
    Ok(match AnyType::deserialize(deserializer)? {
        AnyType::Expected(value) => Some(value),
        AnyType::Other(_) => None,
    })
}

/// Decodes an array of texts. Elements of another type are left out, and any other value is an empty array, so that one
/// unreadable name does not lose the object.
pub(crate) fn deserialize_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let LenientValue::Array(elements) = LenientValue::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    let texts = elements.into_iter().filter_map(|element| match element {
        LenientValue::String(text) => Some(text),
        _ => None,
    });
    Ok(texts.collect())
}
