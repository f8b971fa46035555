//! Masks an API key in text from a server.

use crate::html;

/// The replacement of a key.
const MASK: &str = "***";
/// A key of at most this length is masked only where it is a separate word, because such a short text occurs in most messages by
/// chance.
const MAX_SHORT_KEY_LEN: usize = 3;
/// The fewest characters of the key that are masked at the end of a truncated text.
const MIN_PREFIX_LEN: usize = 3;

/// Returns `text` with each occurrence of `key` replaced by `***`, as `ApiKey::mask` documents.
pub(super) fn mask(text: &str, key: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let follows_word = masked.chars().next_back().is_some_and(char::is_alphanumeric);
        let match_len = key_len_at(rest, key).filter(|length| {
            let precedes_word = rest[*length..].chars().next().is_some_and(char::is_alphanumeric);
            key.len() > MAX_SHORT_KEY_LEN || !(follows_word || precedes_word)
        });
        if let Some(length) = match_len {
            masked.push_str(MASK);
            rest = &rest[length..];
        } else if key.len() > MAX_SHORT_KEY_LEN && is_truncated_key(rest, key) {
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

/// Returns the length of the key at the start of `text`, where each character may be escaped.
fn key_len_at(text: &str, key: &str) -> Option<usize> {
    if text.starts_with(key) {
        return Some(key.len());
    }
    let mut length = 0;
    for byte in key.bytes() {
        length += byte_len_at(&text[length..], byte)?;
    }
    Some(length)
}

/// Returns the length of the ASCII character `byte` at the start of `text`, where it may be escaped.
fn byte_len_at(text: &str, byte: u8) -> Option<usize> {
    let is_hex_of_byte = |digits: Option<&str>| {
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) == Some(byte.into())
    };
    let bytes = text.as_bytes();
    match (bytes.first()?, bytes.get(1)) {
        (b'%', _) if is_hex_of_byte(text.get(1..3)) => Some(3),
        (b'\\', Some(b'u')) if is_hex_of_byte(text.get(2..6)) => Some(6),
        (b'\\', Some(escaped)) if *escaped == byte => Some(2),
        (b'&', _) => character_reference_len_at(text, byte).or((byte == b'&').then_some(1)),
        (unescaped, _) if *unescaped == byte => Some(1),
        _ => None,
    }
}

/// Returns the length of an HTML character reference to `byte` at the start of `text`.
fn character_reference_len_at(text: &str, byte: u8) -> Option<usize> {
    let end = text.as_bytes().iter().take(10).position(|byte| *byte == b';')?;
    let is_reference = html::resolve_reference(&text[1..end]) == Some(char::from(byte));
    is_reference.then_some(end + 1)
}

/// Returns whether `text` is the beginning of the key, followed by `…`.
fn is_truncated_key(text: &str, key: &str) -> bool {
    let Some(prefix) = text.strip_suffix('…') else { return false };
    prefix.len() >= MIN_PREFIX_LEN && key.starts_with(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_in_any_encoding_is_masked() {
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
            ("s3cret", "truncated: s3cr…", "truncated: ***…"),
            ("s3cret", "truncated: s3…", "truncated: s3…"),
            ("s3cret", "ünï s3cretö", "ünï ***ö"),
        ] {
            assert_eq!(mask(text, key), expected, "{key} in {text}");
        }
    }

    #[test]
    fn short_key_is_masked_only_as_a_separate_word() {
        assert_eq!(mask("The key k: no disk (k).", "k"), "The key ***: no disk (***).");
        assert_eq!(mask("abcd abc xabc abc", "abc"), "abcd *** xabc ***");
    }
}
