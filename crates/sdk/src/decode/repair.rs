//! Repairs JSON that serde refuses: invalid characters and escapes in strings, and objects with repeated fields.

use std::fmt::Write;

use super::repeated_fields::hide_repeated_fields;

/// The replacement of an invalid character.
const REPLACEMENT: &str = "\u{fffd}";

/// Repaired JSON.
pub(super) struct Repaired {
    pub(super) json: Vec<u8>,
    /// The length of the original JSON, in bytes.
    pub(super) original_len: usize,
}

/// Repairs the strings of `body`, and hides repeated fields. Returns `None` if nothing needs repair.
///
/// Unpaired surrogate escapes and invalid UTF-8 become U+FFFD. Raw control characters are escaped, and so is a backslash that
/// starts no escape. An escape that is truncated by the end of `body` is unchanged, so that a decoder reports the end. With
/// `first_value_only` the result ends after the first array or object.
pub(super) fn repair(body: &[u8], first_value_only: bool) -> Option<Repaired> {
    let mut repairer = Repairer { body, at: 0, copied: 0, json: Vec::new() };
    let mut depth = 0_usize;
    while let Some(&byte) = body.get(repairer.at) {
        repairer.at += 1;
        match byte {
            b'"' => repairer.repair_string(),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if first_value_only && depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    let has_repaired_strings = repairer.copied > 0;
    let original_len = repairer.at;
    repairer.copy_until(original_len);
    let mut json = repairer.json;
    let has_repeated_fields = hide_repeated_fields(&mut json);
    (has_repaired_strings || has_repeated_fields).then_some(Repaired { json, original_len })
}

struct Repairer<'a> {
    body: &'a [u8],
    /// The position of the next byte.
    at: usize,
    /// The bytes before this position are already in `json`.
    copied: usize,
    json: Vec<u8>,
}

impl Repairer<'_> {
    /// Repairs a string, starting after its opening quote.
    fn repair_string(&mut self) {
        while let Some(&byte) = self.body.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => self.repair_escape(),
                0..0x20 => {
                    let mut escaped = String::new();
                    let _ = write!(escaped, "\\u{byte:04x}");
                    self.replace(1, escaped.as_bytes());
                }
                0x80.. => self.repair_non_ascii(),
                _ => self.at += 1,
            }
        }
    }

    /// Repairs an escape, starting at its backslash.
    fn repair_escape(&mut self) {
        match self.body.get(self.at + 1) {
            None => self.at = self.body.len(),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => self.repair_unicode_escape(),
            Some(_) => self.replace(1, b"\\\\"),
        }
    }

    fn repair_unicode_escape(&mut self) {
        match code_unit_at(self.body, self.at) {
            CodeUnit::Truncated => self.at = self.body.len(),
            CodeUnit::None => self.replace(1, b"\\\\"),
            CodeUnit::Some(0xd800..0xdc00) => match code_unit_at(self.body, self.at + 6) {
                CodeUnit::Truncated => self.at = self.body.len(),
                CodeUnit::Some(0xdc00..0xe000) => self.at += 12,
                CodeUnit::Some(_) | CodeUnit::None => self.replace(6, REPLACEMENT.as_bytes()),
            },
            CodeUnit::Some(0xdc00..0xe000) => self.replace(6, REPLACEMENT.as_bytes()),
            CodeUnit::Some(_) => self.at += 6,
        }
    }

    /// Repairs a sequence of bytes that are not ASCII.
    fn repair_non_ascii(&mut self) {
        let rest = &self.body[self.at..];
        let length = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        match String::from_utf8_lossy(&rest[..length]) {
            std::borrow::Cow::Borrowed(_) => self.at += length,
            std::borrow::Cow::Owned(text) => self.replace(length, text.as_bytes()),
        }
    }

    /// Replaces the next `length` bytes.
    fn replace(&mut self, length: usize, replacement: &[u8]) {
        self.copy_until(self.at);
        self.json.extend_from_slice(replacement);
        self.at += length;
        self.copied = self.at;
    }

    fn copy_until(&mut self, end: usize) {
        self.json.extend_from_slice(&self.body[self.copied..end]);
        self.copied = end;
    }
}

/// The result of reading an escape `\uXXXX`.
enum CodeUnit {
    /// A UTF-16 code unit.
    Some(u16),
    /// The text is not such an escape.
    None,
    /// The body ends within the escape.
    Truncated,
}

fn code_unit_at(body: &[u8], at: usize) -> CodeUnit {
    let mut unit = 0;
    for offset in 0..6 {
        let Some(&byte) = body.get(at + offset) else { return CodeUnit::Truncated };
        match (offset, byte) {
            (0, b'\\') | (1, b'u') => {}
            (0 | 1, _) => return CodeUnit::None,
            _ => match char::from(byte).to_digit(16) {
                Some(digit) => unit = unit << 4 | digit as u16,
                None => return CodeUnit::None,
            },
        }
    }
    CodeUnit::Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(body: &[u8]) -> Option<String> {
        repair(body, false).map(|repaired| String::from_utf8(repaired.json).unwrap())
    }

    #[test]
    fn valid_json_is_unchanged() {
        for body in ["[]", r#"{"a":"\\ud800 \ud83d\ude00 é \n \u00e9"}"#, r#""\\\\""#, "\n[\t]", "\"a"] {
            assert_eq!(repaired(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn invalid_characters_in_strings_are_replaced() {
        for (body, expected) in [
            (br#""a\ud800b""# as &[u8], "\"a\u{fffd}b\""),
            (br#""\udc00""#, "\"\u{fffd}\""),
            (br#""\udc00\ud800""#, "\"\u{fffd}\u{fffd}\""),
            (br#""\ud800\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\""),
            (br#""\ud800\n""#, "\"\u{fffd}\\n\""),
            (br#""\\\ud800""#, "\"\\\\\u{fffd}\""),
            (b"\"a\xffb\"", "\"a\u{fffd}b\""),
            (b"\"\xc3\"", "\"\u{fffd}\""),
            (b"\"\xe2\x82\xc3\xa9\"", "\"\u{fffd}é\""),
            (b"\"a\nb\x00\"", "\"a\\u000ab\\u0000\""),
            (br#""C:\data\users""#, r#""C:\\data\\users""#),
            (br#"{"\ud800":1}"#, "{\"\u{fffd}\":1}"),
        ] {
            let body_text = String::from_utf8_lossy(body);
            assert_eq!(repaired(body).as_deref(), Some(expected), "{body_text}");
        }
    }

    #[test]
    fn escape_truncated_at_the_end_is_unchanged() {
        for body in [r#""\"#, r#""\ud8"#, r#""\ud83d"#, r#""\ud83d\"#, r#""\ud83d\ude"#] {
            assert_eq!(repaired(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn repeated_field_is_hidden_next_to_a_repaired_string() {
        assert_eq!(repaired(br#"{"a":"\ud800","A":1}"#).as_deref(), Some("{\" \":\"\u{fffd}\",\"A\":1}"));
    }

    #[test]
    fn first_value_only_omits_the_rest() {
        let body = b"{\"a\":\"\xff]}\"} , {\"b\":\"\xff\"}";
        let first = repair(body, true).unwrap();
        assert_eq!(first.original_len, 11);
        assert_eq!(first.json, "{\"a\":\"\u{fffd}]}\"}".as_bytes());
        assert!(repair(b"{} \"\xff\"", true).is_none());
    }
}
