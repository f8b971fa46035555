//! The values of `on`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::labels::deserialize_label;
use crate::notify::EventKind;

/// A value of `on`.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventLabel(EventKind);

impl EventLabel {
    /// Returns the kind of the event.
    pub fn kind(self) -> EventKind {
        self.0
    }
}

impl<'de> Deserialize<'de> for EventLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_label(deserializer, EventKind::ENDS.into_iter(), EventKind::label).map(Self)
    }
}

impl JsonSchema for EventLabel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": EventKind::ENDS.map(EventKind::name) })
    }
}
