//! Repairs text that is almost JSON: characters that no Rust string can hold, and escapes that JSON does not have.

use std::fmt::Write;

/// The replacement of an invalid character.
const REPLACEMENT: &str = "\u{fffd}";

/// The repaired JSON, and the number of original bytes that it replaces.
pub(super) struct Repaired {
    pub(super) json: Vec<u8>,
    pub(super) original_len: usize,
}

/// Repairs the strings of `body`; `None` if nothing in them needs it.
///
/// Unpaired surrogate escapes and bytes that are not UTF-8 become U+FFFD. Raw control characters are escaped, and a
/// backslash that begins no escape stands for itself. An escape that is cut off by the end of `body` is left as it is,
/// so that a decoder reports the end there. With `first_value_only` everything after the first array or object is
/// left out.
pub(super) fn repair(body: &[u8], first_value_only: bool) -> Option<Repaired> {
    let mut repairer = Repairer { body, at: 0, copied: 0, json: Vec::new() };
    let mut depth = 0_usize;
    while let Some(&byte) = body.get(repairer.at) {
        repairer.at += 1;
        match byte {
            b'"' => repairer.string(),
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
    if repairer.copied == 0 {
        return None;
    }
    let original_len = repairer.at;
    repairer.copy_until(original_len);
    Some(Repaired { json: repairer.json, original_len })
}

struct Repairer<'a> {
    body: &'a [u8],
    /// The next byte to look at.
    at: usize,
    /// Everything before this byte is in `json`.
    copied: usize,
    json: Vec<u8>,
}

impl Repairer<'_> {
    /// Reads a string, after its opening quote.
    fn string(&mut self) {
        while let Some(&byte) = self.body.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => self.escape(),
                0..0x20 => {
                    let mut escaped = String::new();
                    let _ = write!(escaped, "\\u{byte:04x}");
                    self.replace(1, escaped.as_bytes());
                }
                0x80.. => self.non_ascii(),
                _ => self.at += 1,
            }
        }
    }

    /// Reads an escape, from its backslash on.
    fn escape(&mut self) {
        match self.body.get(self.at + 1) {
            None => self.at = self.body.len(),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => self.unicode_escape(),
            Some(_) => self.replace(1, b"\\\\"),
        }
    }

    fn unicode_escape(&mut self) {
        match unit(self.body, self.at) {
            Unit::CutOff => self.at = self.body.len(),
            Unit::None => self.replace(1, b"\\\\"),
            Unit::Some(0xd800..0xdc00) => match unit(self.body, self.at + 6) {
                Unit::CutOff => self.at = self.body.len(),
                Unit::Some(0xdc00..0xe000) => self.at += 12,
                Unit::Some(_) | Unit::None => self.replace(6, REPLACEMENT.as_bytes()),
            },
            Unit::Some(0xdc00..0xe000) => self.replace(6, REPLACEMENT.as_bytes()),
            Unit::Some(_) => self.at += 6,
        }
    }

    /// Reads bytes that are not ASCII.
    fn non_ascii(&mut self) {
        let rest = &self.body[self.at..];
        let length = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        match String::from_utf8_lossy(&rest[..length]) {
            std::borrow::Cow::Borrowed(_) => self.at += length,
            std::borrow::Cow::Owned(text) => self.replace(length, text.as_bytes()),
        }
    }

    /// Replaces the next `length` bytes by `by`.
    fn replace(&mut self, length: usize, by: &[u8]) {
        self.copy_until(self.at);
        self.json.extend_from_slice(by);
        self.at += length;
        self.copied = self.at;
    }

    fn copy_until(&mut self, end: usize) {
        self.json.extend_from_slice(&self.body[self.copied..end]);
        self.copied = end;
    }
}

/// A UTF-16 code unit as `\uXXXX`.
enum Unit {
    Some(u16),
    /// Other text.
    None,
    /// The body ends within the escape.
    CutOff,
}

fn unit(body: &[u8], at: usize) -> Unit {
    let mut unit = 0;
    for offset in 0..6 {
        let Some(&byte) = body.get(at + offset) else { return Unit::CutOff };
        match (offset, byte) {
            (0, b'\\') | (1, b'u') => {}
            (0 | 1, _) => return Unit::None,
            _ => match char::from(byte).to_digit(16) {
                Some(digit) => unit = unit << 4 | digit as u16,
                None => return Unit::None,
            },
        }
    }
    Unit::Some(unit)
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
    fn escape_cut_off_at_the_end_is_unchanged() {
        for body in [r#""\"#, r#""\ud8"#, r#""\ud83d"#, r#""\ud83d\"#, r#""\ud83d\ude"#] {
            assert_eq!(repaired(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn first_value_only_drops_the_rest() {
        let body = b"{\"a\":\"\xff]}\"} , {\"b\":\"\xff\"}";
        let first = repair(body, true).unwrap();
        assert_eq!(first.original_len, 11);
        assert_eq!(first.json, "{\"a\":\"\u{fffd}]}\"}".as_bytes());
        assert!(repair(b"{} \"\xff\"", true).is_none());
    }
}
