//! Masks a key in texts of a server.

use super::ApiKey;
use crate::html;

/// The replacement of a key.
const MASK: &str = "***";
/// The longest key that is masked only where it is a word of its own. Such a short text occurs in most messages by chance.
const MAX_SHORT_KEY: usize = 3;
/// The fewest characters of the key that are masked at the end of a text that was cut within the key.
const MIN_BEGINNING: usize = 3;

impl ApiKey {
    /// Masks the key wherever `text` repeats it: as it is, percent-encoded, or with escapes of JSON or HTML; also its
    /// beginning if the text was cut within it and ends with `…`.
    ///
    /// A key of at most three characters is masked only where it is a word of its own.
    pub fn mask(&self, text: &str) -> String {
        let key = self.expose();
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let is_word_before = masked.chars().next_back().is_some_and(char::is_alphanumeric);
            let matched = match_at(rest, key).filter(|length| {
                let is_word_after = rest[*length..].chars().next().is_some_and(char::is_alphanumeric);
                key.len() > MAX_SHORT_KEY || !(is_word_before || is_word_after)
            });
            if let Some(length) = matched {
                masked.push_str(MASK);
                rest = &rest[length..];
            } else if key.len() > MAX_SHORT_KEY && is_cut_within(rest, key) {
                masked.push_str(MASK);
                masked.push('…');
                break;
            } else {
                masked.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        masked
    }
}

/// Returns the length of the key at the beginning of `text`, with each character as it is or escaped.
fn match_at(text: &str, key: &str) -> Option<usize> {
    if text.starts_with(key) {
        return Some(key.len());
    }
    let mut at = 0;
    for wanted in key.bytes() {
        at += written_at(&text[at..], wanted)?;
    }
    Some(at)
}

/// Returns the length of one character at the beginning of `text`, as it is or escaped.
fn written_at(text: &str, wanted: u8) -> Option<usize> {
    let hexadecimal = |digits: Option<&str>| {
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) == Some(wanted.into())
    };
    let bytes = text.as_bytes();
    match (bytes.first()?, bytes.get(1)) {
        (b'%', _) if hexadecimal(text.get(1..3)) => Some(3),
        (b'\\', Some(b'u')) if hexadecimal(text.get(2..6)) => Some(6),
        (b'\\', Some(escaped)) if *escaped == wanted => Some(2),
        (b'&', _) => entity_at(text, wanted).or((wanted == b'&').then_some(1)),
        (plain, _) if *plain == wanted => Some(1),
        _ => None,
    }
}

/// Returns the length of an HTML character reference to `wanted`.
fn entity_at(text: &str, wanted: u8) -> Option<usize> {
    let end = text.as_bytes().iter().take(10).position(|byte| *byte == b';')?;
    let is_it = html::character(&text[1..end]) == Some(char::from(wanted));
    is_it.then_some(end + 1)
}

/// Returns whether `text` is a beginning of the key that was cut.
fn is_cut_within(text: &str, key: &str) -> bool {
    let Some(beginning) = text.strip_suffix('…') else { return false };
    beginning.len() >= MIN_BEGINNING && key.starts_with(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(key: &str, text: &str) -> String {
        ApiKey::new(key).unwrap().mask(text)
    }

    #[test]
    fn a_key_is_hidden_however_it_is_written() {
        for (key, text, expected) in [
            ("s3cret", "The key s3cret is wrong, s3cret!", "The key *** is wrong, ***!"),
            ("s3cret", "nothing", "nothing"),
            ("a+b/c=", "?key=a%2Bb%2fc%3D&x", "?key=***&x"),
            ("a+b/c=", r#""a+b\/c=""#, r#""***""#),
            ("a+b/c=", r"a\u002bb/c\u003D", "***"),
            ("a+b/c=", "a&#43;b&#x2F;c=", "***"),
            ("a&b<c", "<p>a&amp;b&lt;c", "<p>***"),
            ("100%25x", "is 100%25x", "is ***"),
            (r#"q"q\q"#, r#"{"key":"q\"q\\q"}"#, r#"{"key":"***"}"#),
            ("s3cret", "cut: s3cr…", "cut: ***…"),
            ("s3cret", "cut: s3…", "cut: s3…"),
            ("s3cret", "ünï s3cretö", "ünï ***ö"),
        ] {
            assert_eq!(masked(key, text), expected, "{key} in {text}");
        }
    }

    #[test]
    fn a_short_key_is_hidden_as_a_word_only() {
        assert_eq!(masked("k", "The key k: no disk (k)."), "The key ***: no disk (***).");
        assert_eq!(masked("abc", "abcd abc xabc abc"), "abcd *** xabc ***");
    }
}
