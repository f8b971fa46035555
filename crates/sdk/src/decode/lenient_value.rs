//! JSON of an unknown shape.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// A JSON value of an unknown shape, of which only strings and Booleans are kept. It compiles to less code than
/// `serde_json::Value`, which matters for the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LenientValue {
    /// A string.
    String(String),
    /// `true` or `false`.
    Bool(bool),
    /// An array.
    Array(Vec<LenientValue>),
    /// The fields of an object, in their order.
    Object(Vec<(String, LenientValue)>),
    /// A number or null.
    Other,
}

impl LenientValue {
    /// Returns the string, or `None` if the value is not a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the fields of an object with this name, compared without ASCII case. Returns none if the value is not an object.
    pub fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a LenientValue> {
        let fields = match self {
            Self::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for LenientValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientValueVisitor)
    }
}

struct LenientValueVisitor;

impl<'de> Visitor<'de> for LenientValueVisitor {
    type Value = LenientValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<LenientValue, E> {
        Ok(LenientValue::String(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LenientValue, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(LenientValue::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<LenientValue, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element()? {
            elements.push(element);
        }
        Ok(LenientValue::Array(elements))
    }

    fn visit_unit<E>(self) -> Result<LenientValue, E> {
        Ok(LenientValue::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<LenientValue, E> {
        Ok(LenientValue::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<LenientValue, E> {
        Ok(LenientValue::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<LenientValue, E> {
        Ok(LenientValue::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<LenientValue, E> {
        Ok(LenientValue::Other)
    }
}
