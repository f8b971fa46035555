//! Decodes the number of an enumeration leniently: from a number, a float, text, or a name.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

use crate::decode;

/// The number for an unknown name and for a value that is not an integer.
const UNKNOWN_NUMBER: i64 = -1;

/// Decodes a number, a float, a number as text, or a name in any casing. `names` are the names in the contract, without spaces.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [(&'static str, i64)],
) -> Result<i64, D::Error> {
    deserializer.deserialize_any(NumberVisitor(names))
}

/// Decodes an optional enumeration. A value without a number, such as another name, is `None`: a server may use the name of an
/// extension for something else.
pub(crate) fn deserialize_optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + From<i64> + PartialEq,
{
    let value: Option<T> = decode::deserialize_or_none(deserializer)?;
    Ok(value.filter(|value| *value != T::from(UNKNOWN_NUMBER)))
}

struct NumberVisitor(&'static [(&'static str, i64)]);

impl Visitor<'_> for NumberVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number or the name of an enumeration's value")
    }

    fn visit_i64<E>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<i64, E> {
        Ok(i64::try_from(number).unwrap_or(UNKNOWN_NUMBER))
    }

    fn visit_f64<E>(self, number: f64) -> Result<i64, E> {
        // A float within this range converts to an integer exactly.
        let is_integer = number.trunc() == number && number.abs() < 9.0e15;
        Ok(if is_integer { number as i64 } else { UNKNOWN_NUMBER })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        let text = text.trim();
        let integer = match text.split_once('.') {
            Some((integer, fraction)) if fraction.bytes().all(|digit| digit == b'0') => integer,
            _ => text,
        };
        if let Ok(number) = integer.parse() {
            return Ok(number);
        }
        let name: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
        let known = self.0.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(&name));
        Ok(known.map_or(UNKNOWN_NUMBER, |(_, number)| *number))
    }
}
