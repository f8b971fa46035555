//! Durations in the configuration file.

use std::borrow::Cow;
use std::fmt::{self, Formatter};
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A duration such as `200ms` or `1h30m`, or a number of seconds.
#[derive(Clone, Copy, Debug)]
pub struct ConfigDuration(pub Duration);

/// The durations with units that JSON Schema accepts. The units themselves are checked when the file is read.
pub(super) const PATTERN_WITH_UNIT: &str = r"^\s*([0-9]+(\.[0-9]+)?\s*[a-zA-Z\u00b5]+\s*)+$";
/// The same, or a number of seconds.
const PATTERN: &str = r"^\s*([0-9]+|([0-9]+(\.[0-9]+)?\s*[a-zA-Z\u00b5]+\s*)+)\s*$";

impl JsonSchema for ConfigDuration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "pattern": PATTERN }, { "type": "integer", "minimum": 0 }] })
    }
}

impl<'de> Deserialize<'de> for ConfigDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DurationVisitor)
    }
}

struct DurationVisitor;

impl Visitor<'_> for DurationVisitor {
    type Value = ConfigDuration;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a duration like \"200ms\", \"90s\", \"1h30m\" or \"1d\", or a number of seconds like 90")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ConfigDuration, E> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            let seconds = text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))?;
            return Ok(ConfigDuration(Duration::from_secs(seconds)));
        }
        let duration = humantime::parse_duration(text);
        duration.map(ConfigDuration).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<ConfigDuration, E> {
        let duration = u64::try_from(seconds).map(Duration::from_secs);
        duration.map(ConfigDuration).map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))
    }
}
