//! Values that the configuration file names by their labels.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Deserializes the label of one of these values.
///
/// # Errors
///
/// Fails if no value has this label. The error lists the labels.
pub fn deserialize_label<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    values: impl Iterator<Item = T> + Clone,
    label: fn(T) -> Option<&'static str>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    values.clone().find(|&value| label(value) == Some(text.as_str())).ok_or_else(|| {
        let labels: Vec<_> = values.filter_map(label).collect();
        D::Error::custom(format!("{text:?} is not one of: {}", labels.join(", ")))
    })
}
