//! Reading bodies the way they come, not only the way they should.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

mod repair;

use repair::repair;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Decodes a JSON body, with or without a byte order mark.
///
/// Unpaired surrogate escapes and bytes that are not UTF-8 are read as U+FFFD; raw control characters and backslashes
/// that begin no escape are read as themselves. A body without any of them is decoded once and costs no more for it.
///
/// # Errors
///
/// The body is not JSON, or not of this shape: the error says where.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let body = without_mark(body);
    serde_json::from_slice(body).or_else(|error| match repair(body, false) {
        Some(repaired) => serde_json::from_slice(&repaired.json),
        None => Err(error),
    })
}

/// Decodes the JSON value that stands first, whatever comes after it, and tells where it ends. Of a body that is read in
/// pieces the error says by [`is_eof`](serde_json::Error::is_eof) that the value is not whole yet. An array or an object is
/// read as tolerantly as by [`json`].
///
/// # Errors
///
/// What stands there is not JSON, not of this shape, or not whole.
pub fn first_value<T: DeserializeOwned>(body: &[u8]) -> Result<(T, usize), serde_json::Error> {
    first_value_strictly(body).or_else(|error| {
        // The end of the received bytes is not an error of the JSON.
        let repaired = if error.is_eof() { None } else { repair(body, true) };
        let Some(repaired) = repaired else { return Err(error) };
        first_value_strictly(&repaired.json).map(|(value, _)| (value, repaired.original_len))
    })
}

fn first_value_strictly<T: DeserializeOwned>(body: &[u8]) -> Result<(T, usize), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<T>();
    match values.next() {
        Some(value) => Ok((value?, values.byte_offset())),
        None => Err(serde::de::Error::custom("nothing is there")),
    }
}

/// JSON of no known shape, as far as texts are looked for in it. A whole value would weigh more than the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LenientValue {
    /// A string.
    String(String),
    /// `true` or `false`.
    Bool(bool),
    /// An array.
    Array(Vec<LenientValue>),
    /// An object, its fields in their order.
    Object(Vec<(String, LenientValue)>),
    /// Anything else.
    Other,
}

impl LenientValue {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The fields of an object with this name, in ASCII of any case.
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

    fn visit_bool<E>(self, flag: bool) -> Result<LenientValue, E> {
        Ok(LenientValue::Bool(flag))
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

pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Which of these names a field has, whatever its casing: servers of this kind write PascalCase or camelCase.
#[derive(Clone, Copy)]
pub(crate) struct Names(pub(crate) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Names {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        // The same casing is the usual case, and quicker to see.
        let is =
            |known: &&str| known.len() == name.len() && (*known == name || known.eq_ignore_ascii_case(name));
        Ok(self.0.iter().position(is))
    }
}
