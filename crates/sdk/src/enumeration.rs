//! Reads the number of an enumeration from a number, a float, text or a name.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, Visitor},
};

/// The number of an unknown name, and of a value that is no whole number.
const UNKNOWN_NUMBER: i64 = -1;

/// Decodes a number: as a number, as a float, as text, or by its name in any casing. `names` are the contract's, without
/// spaces.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [(&'static str, i64)],
) -> Result<i64, D::Error> {
    deserializer.deserialize_any(Number(names))
}

struct Number(&'static [(&'static str, i64)]);

impl Visitor<'_> for Number {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of an enumeration, or its name")
    }

    fn visit_i64<E>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E>(self, number: u64) -> Result<i64, E> {
        Ok(i64::try_from(number).unwrap_or(UNKNOWN_NUMBER))
    }

    fn visit_f64<E>(self, number: f64) -> Result<i64, E> {
        // A float between these converts to an integer exactly.
        let is_whole = number.trunc() == number && number.abs() < 9.0e15;
        Ok(if is_whole { number as i64 } else { UNKNOWN_NUMBER })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        let text = text.trim();
        let whole = match text.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
            _ => text,
        };
        if let Ok(number) = whole.parse() {
            return Ok(number);
        }
        let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphanumeric).collect::<Vec<_>>();
        let name = letters(text);
        let known = self.0.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(&name));
        Ok(known.map_or(UNKNOWN_NUMBER, |(_, number)| *number))
    }
}
