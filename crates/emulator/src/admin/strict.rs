//! Strict JSON: objects without repeated names, whose values are strings, numbers, booleans and objects.
//!
//! serde accepts an array in place of a struct (its fields in order), null in place of a unit variant's content, and,
//! inside tagged and flattened types, the last value of a repeated name. No body of `/admin` has an array or a null, so both
//! are refused everywhere.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Any value that an object may contain. Deserializing it checks the text and keeps nothing.
#[derive(Debug)]
pub(super) struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, a text, a number, true or false")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, Strict)) = map.next_entry::<String, Strict>()? {
            if let Some(name) = names.replace(name) {
                return Err(A::Error::custom(format!("{name} is repeated")));
            }
        }
        Ok(Strict)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Strict, A::Error> {
        Err(A::Error::custom("an array is not allowed here"))
    }

    fn visit_unit<E: Error>(self) -> Result<Strict, E> {
        Err(E::custom("null is not allowed here; leave the property out"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(Strict)
    }
}

/// Parses a whole number as the reference describes it: digits without a sign and without leading zeros.
pub(super) fn parse_whole_number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_of_plain_values_are_accepted() {
        for text in [r#"{}"#, r#"{"a":{"b":1,"c":"x","d":true,"e":1.5,"f":-1}}"#] {
            assert!(serde_json::from_str::<Strict>(text).is_ok(), "{text}");
        }
        for (text, word) in [
            ("[]", "array"),
            (r#"{"effect":["status",503]}"#, "array"),
            (r#"{"casing":{"camel":null}}"#, "null"),
            (r#"{"speed":1,"speed":2}"#, "speed is repeated"),
            (r#"{"effect":{"kind":"status","status":1,"status":2}}"#, "status is repeated"),
            (r#"{"speed":1e999}"#, "out of range"),
        ] {
            let error = serde_json::from_str::<Strict>(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!(
            serde_json::from_str::<Strict>(&"{\"a\":".repeat(10_000)).is_err(),
            "deep nesting does not overflow the stack"
        );
    }

    #[test]
    fn whole_number_in_another_form_is_refused() {
        for (text, number) in [("0", 0), ("7", 7), ("9007199254740991", 9_007_199_254_740_991)] {
            assert_eq!(parse_whole_number(text), Some(number));
        }
        for text in ["", "+7", "-7", "007", "00", "7.0", " 7", "7e3", "٧", "99999999999999999999"] {
            assert_eq!(parse_whole_number(text), None, "{text}");
        }
    }
}
