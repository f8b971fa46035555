//! Places in a JSON document.

use std::fmt::{self, Display, Formatter};

use anyhow::{Result, ensure};
use serde_json::Value;

/// A JSON Pointer (RFC 6901), in which `*` stands for all elements of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// Parses a pointer, which is empty for the whole document or begins with a slash.
    ///
    /// # Errors
    ///
    /// Fails if it does not, or if it has another escape than `~0` and `~1`.
    pub fn parse(text: &str) -> Result<Self> {
        ensure!(
            text.is_empty() || text.starts_with('/'),
            "{text:?} is not a JSON Pointer. Write it like \"/status/state\""
        );
        let has_valid_escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        ensure!(
            has_valid_escapes,
            "{text:?} is not a JSON Pointer: it has a `~` without 0 or 1 after it. Write `~0` for the character `~`, and `~1` for \
             the character `/` in a key"
        );
        Ok(Self(text.to_owned()))
    }

    /// Returns the first value at the place that is not null.
    pub(super) fn first<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.all(document).into_iter().next()
    }

    /// Returns the values at the place that are not null.
    pub(super) fn all<'a>(&self, document: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![document];
        for segment in self.segments() {
            found = found.into_iter().flat_map(|value| children(value, &segment)).collect();
        }
        found.into_iter().filter(|value| !value.is_null()).collect()
    }

    /// Follows the place as far as the document has it. Returns the part of the place that exists, and the first value there.
    pub(super) fn deepest<'a>(&self, document: &'a Value) -> (&str, &'a Value) {
        let (mut value, mut length) = (document, 0);
        let lengths = self.0.split('/').skip(1).map(|segment| segment.len() + 1);
        for (segment, added) in self.segments().zip(lengths) {
            let Some(child) = children(value, &segment).into_iter().next() else { break };
            (value, length) = (child, length + added);
        }
        (&self.0[..length], value)
    }

    /// Returns whether the values are the elements of arrays.
    pub(super) fn is_of_elements(&self) -> bool {
        self.0.ends_with("/*")
    }

    /// Calls `found` with each value at the place, and with the indexes of the elements for which `*` stands.
    pub(super) fn visit(&self, document: &Value, found: &mut impl FnMut(&[usize], &Value)) {
        visit(document, &self.segments().collect::<Vec<_>>(), &mut Vec::new(), found);
    }

    fn segments(&self) -> impl Iterator<Item = String> {
        self.0.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
    }
}

fn visit(
    value: &Value,
    segments: &[String],
    indexes: &mut Vec<usize>,
    found: &mut impl FnMut(&[usize], &Value),
) {
    let Some((segment, rest)) = segments.split_first() else { return found(indexes, value) };
    match value {
        Value::Array(elements) if segment == "*" => {
            for (index, element) in elements.iter().enumerate() {
                indexes.push(index);
                visit(element, rest, indexes, found);
                indexes.pop();
            }
        }
        value => children(value, segment).into_iter().for_each(|child| visit(child, rest, indexes, found)),
    }
}

fn children<'a>(value: &'a Value, segment: &str) -> Vec<&'a Value> {
    match value {
        Value::Array(elements) if segment == "*" => elements.iter().collect(),
        Value::Array(elements) => {
            // No sign and no leading zero.
            let index = segment.parse::<usize>().ok().filter(|index| index.to_string() == segment);
            index.and_then(|index| elements.get(index)).into_iter().collect()
        }
        Value::Object(members) => members.get(segment).into_iter().collect(),
        _ => Vec::new(),
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns a text, a number, or a truth value as text.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_find_values_and_skip_null() {
        let document = json!({ "a/b": [{ "x": 1 }, { "x": null }, { "x": "2" }], "~": { "": true } });
        let all = |text: &str| {
            Pointer::parse(text).unwrap().all(&document).into_iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(all("/a~1b/*/x"), [json!(1), json!("2")]);
        assert_eq!(all("/a~1b/2/x"), [json!("2")]);
        assert_eq!(all("/~0/"), [json!(true)]);
        assert_eq!(all(""), std::slice::from_ref(&document));
        assert!(all("/a~1b/02/x").is_empty() && all("/a~1b/+2/x").is_empty());
        assert!(all("/a~1b/9/x").is_empty() && all("/a~1b/x").is_empty() && all("/none/*").is_empty());
        assert!(Pointer::parse("state").is_err());
    }

    #[test]
    fn other_escapes_than_those_of_rfc_6901_are_refused() {
        for text in ["/a/~x", "/~", "/a~/b", "/~~0", "/a~2"] {
            let error = Pointer::parse(text).unwrap_err().to_string();
            assert!(error.contains("Write `~0` for the character `~`, and `~1`"), "{error}");
        }
        let document = json!({ "~1": 1, "~": 2 });
        assert_eq!(Pointer::parse("/~01").unwrap().first(&document), Some(&json!(1)));
        assert_eq!(Pointer::parse("/~0").unwrap().first(&document), Some(&json!(2)));
    }

    #[test]
    fn deepest_place_is_the_part_that_exists() {
        let document = json!({ "a": [{ "x": 1 }] });
        let deepest = |text: &str| {
            let pointer = Pointer::parse(text).unwrap();
            let (place, value) = pointer.deepest(&document);
            (place.to_owned(), value.clone())
        };
        assert_eq!(deepest("/b/c"), (String::new(), document.clone()));
        assert_eq!(deepest("/a/*/y"), ("/a/*".to_owned(), json!({ "x": 1 })));
        assert_eq!(deepest("/a/0/x/z"), ("/a/0/x".to_owned(), json!(1)));
    }

    #[test]
    fn visited_values_have_the_indexes_of_their_elements() {
        let document = json!({ "s": [{ "l": ["a", null] }, {}, { "l": ["b"] }] });
        let visited = |text: &str| {
            let mut found = Vec::new();
            Pointer::parse(text).unwrap().visit(&document, &mut |indexes, value| {
                found.push((indexes.to_vec(), value.clone()));
            });
            found
        };
        let expected = [(vec![0, 0], json!("a")), (vec![0, 1], json!(null)), (vec![2, 0], json!("b"))];
        assert_eq!(visited("/s/*/l/*"), expected);
        assert_eq!(visited("/s/2/l/0"), [(vec![], json!("b"))]);
    }
}
