//! Hides the fields of JSON objects that a later field of the same object repeats.

use std::{collections::HashMap, ops::Range};

/// Overwrites the name of each field that a later field of the same object repeats, in any casing. Returns whether there was any.
///
/// serde's derived decoders refuse an object with a repeated field. Afterwards they ignore the earlier field, so the last one wins.
pub(super) fn hide_repeated_fields(json: &mut [u8]) -> bool {
    let mut is_changed = false;
    // The names in each object that is open at the current position.
    let mut open_objects: Vec<HashMap<Vec<u8>, Range<usize>>> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' => open_objects.push(HashMap::new()),
            b'}' => drop(open_objects.pop()),
            b'"' => {
                let name = at..string_end(json, at);
                at = name.end + 1;
                let Some(names) = open_objects.last_mut().filter(|_| may_be_name(json, at)) else {
                    continue;
                };
                if let Some(earlier) = names.insert(normalize(&json[name.clone()]), name) {
                    json[earlier].fill(b' ');
                    is_changed = true;
                }
            }
            _ => {}
        }
    }
    is_changed
}

/// Returns the position of the closing quote of a string, given the position after its opening quote.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

/// Returns whether the string that ends at `at` is the name of a field. At the end of truncated JSON it may be one, which is enough:
/// decoding then ends with an error about the end, and not about the repeated field.
fn may_be_name(json: &[u8], at: usize) -> bool {
    let rest = json.get(at..).unwrap_or_default().trim_ascii_start();
    rest.is_empty() || rest.starts_with(b":")
}

/// Returns the name in a form that is equal for all casings.
fn normalize(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(json: &str) -> Option<String> {
        let mut bytes = json.as_bytes().to_vec();
        hide_repeated_fields(&mut bytes).then(|| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn json_without_repeated_fields_is_unchanged() {
        for json in [
            "[]",
            r#"{"a":1,"b":{"a":2}}"#,
            r#"[{"a":1},{"a":2}]"#,
            r#"{"a":["a","a"]}"#,
            r#"{"a\"":1,"a":"{"#,
        ] {
            assert_eq!(hidden(json), None, "{json}");
        }
    }

    #[test]
    fn earlier_field_in_any_casing_is_hidden() {
        for (json, expected) in [
            (r#"{"a":1,"a":2}"#, r#"{" ":1,"a":2}"#),
            (r#"{"JobId":1,"jobId":2,"job_id" :3}"#, r#"{"     ":1,"     ":2,"job_id" :3}"#),
            (r#"{"a":{"b":1,"A":2},"A":{"a":1}}"#, r#"{" ":{"b":1,"A":2},"A":{"a":1}}"#),
            (r#"[{"a":["x"],"b":"\"","a":0"#, r#"[{" ":["x"],"b":"\"","a":0"#),
            (r#"{"a":1,"A""#, r#"{" ":1,"A""#),
        ] {
            assert_eq!(hidden(json).as_deref(), Some(expected), "{json}");
        }
    }
}
