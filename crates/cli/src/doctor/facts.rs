//! Collects facts on the format of JSON, without keeping its values.
//!
//! The JSON is read as a stream, because a tree of a hostile document would take a multiple of its size in memory. If the document is
//! incomplete, the facts are those of its beginning.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use txjobs_sdk::Timestamp;
use uuid::Uuid;

use super::shape::{FieldKind, Shape};

/// The most different names of fields and numbers that are kept.
const MAX_NAMES: usize = 20;
/// The longest name of an unknown field that is kept, in characters.
const MAX_NAME_CHARS: usize = 60;

/// How often each text occurred.
pub(crate) type Counts = BTreeMap<String, usize>;

/// What was seen in one or more documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The type of the last document, such as "array". `None` if it is not JSON.
    pub(crate) root: Option<&'static str>,
    /// Whether any document was JSON.
    pub(crate) has_json: bool,
    /// The forms of the names of known fields, such as "PascalCase".
    pub(crate) name_casings: Counts,
    /// Fields that are not in the contract, with their object.
    pub(crate) unknown_fields: Counts,
    /// Fields of the contract that an object does not have.
    pub(crate) missing_fields: Counts,
    /// Fields whose value has another type than in the contract.
    pub(crate) other_types: Counts,
    /// The forms of ids, such as "hyphens, lower case".
    pub(crate) id_forms: Counts,
    /// The forms of numbers, such as "integer".
    pub(crate) number_forms: Counts,
    /// Numbers that are not in the contract, with their field.
    pub(crate) unknown_numbers: Counts,
    /// The zones of times, such as "UTC".
    pub(crate) time_zones: Counts,
    /// The numbers of digits after the seconds of times.
    pub(crate) fraction_digits: BTreeSet<usize>,
    /// Lists that are null.
    pub(crate) null_lists: Counts,
}

/// The form of an id as the contract writes it.
pub(crate) const USUAL_ID: &str = "hyphens, lower case";
/// The form of a number as the contract writes it.
pub(crate) const USUAL_NUMBER: &str = "integer";
/// The form of a name as the contract writes it.
pub(crate) const USUAL_CASING: &str = "PascalCase";
/// A time without a zone.
pub(crate) const NO_ZONE: &str = "no zone";
/// A text that is not a time.
pub(crate) const UNREADABLE_TIME: &str = "unreadable";
/// Null or an empty text instead of a time.
pub(crate) const NO_TIME: &str = "null or empty";

impl Facts {
    /// Adds the facts of a document whose elements have this shape: an array of objects, or one object.
    pub(crate) fn read(&mut self, body: &[u8], shape: &Shape) {
        // Invalid bytes would end the document, although the SDK repairs them.
        let text = String::from_utf8_lossy(body);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        self.root = None;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // The facts before an error are kept. The decoder of the SDK reports the error.
        let _ = Seed(Root { shape, facts: &mut *self }).deserialize(&mut deserializer);
        self.has_json |= self.root.is_some();
    }
}

fn add(counts: &mut Counts, name: &str) {
    if let Some(number) = counts.get_mut(name) {
        *number += 1;
    } else if counts.len() < MAX_NAMES {
        counts.insert(name.to_owned(), 1);
    }
}

/// A JSON value that is neither an array nor an object.
enum Scalar<'a> {
    Null,
    Bool,
    Integer(i64),
    Float,
    Text(&'a str),
}

impl Scalar<'_> {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "Boolean",
            Self::Integer(_) | Self::Float => "number",
            Self::Text(_) => "text",
        }
    }
}

/// Handles a JSON value of any type.
trait Handler: Sized {
    fn scalar(self, value: &Scalar<'_>);

    fn array<'de, A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Passes a value to its handler.
struct Seed<H>(H);

impl<'de, H: Handler> DeserializeSeed<'de> for Seed<H> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, H: Handler> Visitor<'de> for Seed<H> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.scalar(&Scalar::Null);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.0.scalar(&Scalar::Bool);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.scalar(&Scalar::Integer(number));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.scalar(&i64::try_from(number).map_or(Scalar::Float, Scalar::Integer));
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.0.scalar(&Scalar::Float);
        Ok(())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.scalar(&Scalar::Text(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.0.object(object)
    }
}

/// The document.
struct Root<'a> {
    shape: &'a Shape,
    facts: &'a mut Facts,
}

impl Handler for Root<'_> {
    fn scalar(self, value: &Scalar<'_>) {
        self.facts.root = Some(value.type_name());
    }

    fn array<'de, A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        self.facts.root = Some("array");
        Element { shape: self.shape, facts: self.facts }.read_all(array)
    }

    fn object<'de, A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.facts.root = Some("object");
        Element { shape: self.shape, facts: self.facts }.object(object)
    }
}

/// An element of an array, which should be an object.
struct Element<'a> {
    shape: &'a Shape,
    facts: &'a mut Facts,
}

impl Element<'_> {
    fn read_all<'de, A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let Self { shape, facts } = self;
        while array.next_element_seed(Seed(Element { shape, facts: &mut *facts }))?.is_some() {}
        Ok(())
    }
}

impl Handler for Element<'_> {
    fn scalar(self, value: &Scalar<'_>) {
        add(&mut self.facts.other_types, &format!("{} is {}", self.shape.name, value.type_name()));
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { shape, facts } = self;
        let mut is_seen = vec![false; shape.fields.len()];
        while let Some(name) = object.next_key::<String>()? {
            let known = shape.fields.iter().position(|field| fold(&field.name) == fold(&name));
            let Some(position) = known else {
                if !shape.extensions.iter().any(|extension| fold(extension) == fold(&name)) {
                    let name: String = name.chars().take(MAX_NAME_CHARS).collect();
                    add(&mut facts.unknown_fields, &format!("{}.{name}", shape.name));
                }
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            is_seen[position] = true;
            let field = &shape.fields[position];
            add(&mut facts.name_casings, casing(&field.name, &name));
            let value = FieldValue { shape, name: &field.name, kind: &field.kind, facts: &mut *facts };
            object.next_value_seed(Seed(value))?;
        }
        for (field, is_seen) in shape.fields.iter().zip(is_seen) {
            if !is_seen {
                add(&mut facts.missing_fields, &format!("{}.{}", shape.name, field.name));
            }
        }
        Ok(())
    }
}

/// The value of a known field.
struct FieldValue<'a> {
    shape: &'a Shape,
    name: &'a str,
    kind: &'a FieldKind,
    facts: &'a mut Facts,
}

impl FieldValue<'_> {
    fn path(&self) -> String {
        format!("{}.{}", self.shape.name, self.name)
    }

    fn add_other_type(self, type_name: &str) {
        let text = format!("{} is {type_name}", self.path());
        add(&mut self.facts.other_types, &text);
    }
}

impl Handler for FieldValue<'_> {
    fn scalar(self, value: &Scalar<'_>) {
        match (self.kind, value) {
            (FieldKind::Id, Scalar::Text(text)) => add(&mut self.facts.id_forms, id_form(text)),
            (FieldKind::Time { is_optional: true }, Scalar::Null)
            | (FieldKind::Text, Scalar::Text(_) | Scalar::Null) => {}
            (FieldKind::Time { .. }, Scalar::Null) => add(&mut self.facts.time_zones, NO_TIME),
            (FieldKind::Time { .. }, Scalar::Text(text)) => {
                add(&mut self.facts.time_zones, time_zone(text));
                if text.parse::<Timestamp>().is_ok() {
                    self.facts.fraction_digits.insert(fraction_digits(text));
                }
            }
            (FieldKind::Number(known), Scalar::Integer(number)) => {
                add(&mut self.facts.number_forms, USUAL_NUMBER);
                if !known.contains(number) {
                    let text = format!("{} {number}", self.path());
                    add(&mut self.facts.unknown_numbers, &text);
                }
            }
            (FieldKind::Number(_), Scalar::Float) => add(&mut self.facts.number_forms, "decimal"),
            (FieldKind::Number(_), Scalar::Text(_)) => add(&mut self.facts.number_forms, "text"),
            (FieldKind::List(_), Scalar::Null) => {
                let path = self.path();
                add(&mut self.facts.null_lists, &path);
            }
            _ => self.add_other_type(value.type_name()),
        }
    }

    fn array<'de, A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        if let FieldKind::List(shape) = self.kind {
            return Element { shape, facts: self.facts }.read_all(array);
        }
        self.add_other_type("array");
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        self.add_other_type("object");
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Returns a name in a form that is equal for all casings.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the casing of a name. `usual` is the name in the contract.
fn casing(usual: &str, name: &str) -> &'static str {
    let is_lower_first = name.starts_with(|c: char| c.is_ascii_lowercase());
    match name {
        _ if name == usual => USUAL_CASING,
        _ if name.contains('_') => "snake_case",
        _ if is_lower_first && name.get(1..) == usual.get(1..) => "camelCase",
        _ if name.bytes().all(|byte| byte.is_ascii_lowercase()) => "lowercase",
        _ => "another casing",
    }
}

fn id_form(text: &str) -> &'static str {
    let inside = text.trim_matches(['{', '}', '(', ')']);
    if inside.parse::<Uuid>().is_err() {
        return if text.is_empty() { "empty" } else { "not a GUID" };
    }
    match text {
        _ if text.starts_with('{') => "braces",
        _ if text.starts_with('(') => "parentheses",
        _ if text.starts_with("urn:") => "URN",
        _ if !text.contains('-') => "no hyphens",
        _ if text.contains(|c: char| c.is_ascii_uppercase()) => "hyphens, upper case",
        _ => USUAL_ID,
    }
}

fn time_zone(text: &str) -> &'static str {
    let text = text.trim();
    match text.parse::<Timestamp>() {
        Err(_) if text.is_empty() => NO_TIME,
        Err(_) => UNREADABLE_TIME,
        Ok(time) if !time.has_zone() => NO_ZONE,
        Ok(_) if text.ends_with(['Z', 'z']) => "UTC",
        Ok(_) => "offset",
    }
}

fn fraction_digits(text: &str) -> usize {
    let fraction = text.trim().get(20..).filter(|_| text.trim().as_bytes().get(19) == Some(&b'.'));
    fraction.unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";

    fn facts(body: &str, shape: &Shape) -> Facts {
        let mut facts = Facts::default();
        facts.read(body.as_bytes(), shape);
        facts
    }

    fn counts(expected: &[(&str, usize)]) -> Counts {
        expected.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    }

    #[test]
    fn usual_document_has_usual_forms() {
        let facts = facts(&format!(r#"[{{"JobId":"{ID}","Status":0,"Message":"x"}}]"#), &Shape::job_status());
        assert_eq!(facts.root, Some("array"));
        assert_eq!(facts.name_casings, counts(&[(USUAL_CASING, 3)]));
        assert_eq!(facts.id_forms, counts(&[(USUAL_ID, 1)]));
        assert_eq!(facts.number_forms, counts(&[(USUAL_NUMBER, 1)]));
        assert!(facts.unknown_fields.is_empty() && facts.missing_fields.is_empty());
    }

    #[test]
    fn unusual_forms_are_counted() {
        let body = r#"[{"jobId":"{3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35}","state":"7","owner":[1],"create_time":"2026-03-14T02:00:02.117",
            "endTime":null,"jobExecutionLogs":[{"severity":9,"timeStamp":"14.3.2026"},null],"triggerId":5}, 3]"#;
        let facts = facts(body, &Shape::job_execution());
        assert_eq!(facts.name_casings, counts(&[("camelCase", 7), ("snake_case", 1)]));
        assert_eq!(facts.unknown_fields, counts(&[("JobExecution.owner", 1)]));
        assert_eq!(facts.id_forms, counts(&[("braces", 1)]));
        assert_eq!(facts.number_forms, counts(&[("integer", 1), ("text", 1)]));
        assert_eq!(facts.unknown_numbers, counts(&[("JobExecutionLog.Severity 9", 1)]));
        assert_eq!(facts.time_zones, counts(&[(NO_ZONE, 1), (UNREADABLE_TIME, 1)]));
        assert_eq!(facts.fraction_digits, BTreeSet::from([3]));
        let other = [
            ("JobExecution is number", 1),
            ("JobExecution.TriggerId is number", 1),
            ("JobExecutionLog is null", 1),
        ];
        assert_eq!(facts.other_types, counts(&other));
    }

    #[test]
    fn facts_of_an_incomplete_document_are_kept() {
        let facts = facts(&format!(r#"[{{"Id":"{ID}","Name":"a"}},{{"id":"#), &Shape::job());
        assert_eq!(facts.name_casings, counts(&[(USUAL_CASING, 2), ("camelCase", 1)]));
    }

    #[test]
    fn different_names_are_bounded() {
        let fields: Vec<_> = (0..5000).map(|n| format!(r#""{n}{}":1"#, "x".repeat(500))).collect();
        let facts = facts(&format!("[{{{}}}]", fields.join(",")), &Shape::job());
        assert_eq!(facts.unknown_fields.len(), MAX_NAMES);
        assert!(facts.unknown_fields.keys().all(|name| name.chars().count() < 80));
    }

    #[test]
    fn deeply_nested_document_is_read_without_a_crash() {
        for unit in ["[", "{\"a\":", "[{\"Id\":"] {
            facts(&unit.repeat(200_000), &Shape::job());
        }
    }
}
