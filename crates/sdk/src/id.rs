//! Decodes ids in any form in which a server or a person may write a guid.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use uuid::Uuid;

/// Parses a guid with or without dashes, in braces or parentheses, or as a URN, with optional white space around it.
pub(crate) fn parse(text: &str) -> Result<Uuid, uuid::Error> {
    text.parse().or_else(|error| {
        let text = text.trim();
        let inside = |open, close| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        let text = inside('{', '}').or_else(|| inside('(', ')')).unwrap_or(text);
        text.parse().map_err(|_| error)
    })
}

/// Decodes a required id.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    deserializer.deserialize_str(RequiredId)
}

/// Decodes an id that a server may omit. Any value that is not a guid decodes to `None`.
pub(crate) fn deserialize_optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<Uuid>,
{
    Ok(deserializer.deserialize_any(OptionalId)?.map(T::from))
}

/// Decodes an id that a server may omit. Any value that is not a guid decodes to the nil guid.
pub(crate) fn deserialize_or_nil<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<Uuid>,
{
    Ok(deserializer.deserialize_any(OptionalId)?.unwrap_or_default().into())
}

/// Returns the nil guid, the value of an omitted id.
pub(crate) fn nil<T: From<Uuid>>() -> T {
    Uuid::nil().into()
}

struct RequiredId;

impl Visitor<'_> for RequiredId {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a guid")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Uuid, E> {
        parse(text).map_err(E::custom)
    }
}

struct OptionalId;

impl<'de> Visitor<'de> for OptionalId {
    type Value = Option<Uuid>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a guid or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(parse(text).ok())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
