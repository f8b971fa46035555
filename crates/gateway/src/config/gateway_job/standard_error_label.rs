//! The values of `stderr`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use txjobs_sdk::Severity;

use crate::command::StandardError;
use crate::config::labels::deserialize_label;

/// The value that merges standard error into standard output.
const MERGE: &str = "merge";

/// The label of a severity, or [`MERGE`].
#[derive(Clone, Copy, Debug)]
pub(super) struct StandardErrorLabel(pub StandardError);

impl StandardErrorLabel {
    fn values() -> impl Iterator<Item = StandardError> + Clone {
        let separate = Severity::ALL.iter().map(|&severity| StandardError::Separate(severity));
        separate.chain([StandardError::Merged])
    }

    fn label(value: StandardError) -> Option<&'static str> {
        match value {
            StandardError::Separate(severity) => severity.label(),
            StandardError::Merged => Some(MERGE),
        }
    }
}

impl<'de> Deserialize<'de> for StandardErrorLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_label(deserializer, Self::values(), Self::label).map(Self)
    }
}

impl JsonSchema for StandardErrorLabel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "StandardError".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let labels: Vec<_> = Self::values().filter_map(Self::label).collect();
        json_schema!({ "type": "string", "enum": labels })
    }
}
