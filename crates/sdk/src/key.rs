//! The API key.

use std::fmt;

use zeroize::Zeroizing;

mod mask;

/// An API key. `Debug` does not show it, and it is wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

/// The reason why a text cannot be an API key. It does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidKey {
    /// The text is empty or white space.
    Empty,
    /// A request header cannot contain the character at this zero-based position, in characters.
    Character(usize),
    /// The text is in UTF-16, which some Windows programs write to a file or a pipe.
    Utf16,
}

/// Invisible characters that a pipe or a clipboard may add to a key: byte order mark, zero-width space, word joiner.
const INVISIBLE_CHARACTERS: [char; 3] = ['\u{feff}', '\u{200b}', '\u{2060}'];

impl ApiKey {
    /// Creates a key from typed or pasted text. Removes white space and invisible characters around it, such as a byte order
    /// mark.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if the text cannot be a header value: it is empty, or contains a character that is not visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = Zeroizing::new(text.into());
        let key = text.trim_matches(|c: char| c.is_whitespace() || INVISIBLE_CHARACTERS.contains(&c));
        if key.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if key.contains('\0') {
            return Err(InvalidKey::Utf16);
        }
        match key.chars().position(|c| !c.is_ascii_graphic()) {
            Some(position) => Err(InvalidKey::Character(position)),
            None => Ok(Self(Zeroizing::new(key.to_owned()))),
        }
    }

    /// Creates a key from the bytes of a file or a pipe, as [`new`](Self::new) does.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] as `new` does, and [`InvalidKey::Utf16`] for text in UTF-16 of either byte order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidKey> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(InvalidKey::Utf16);
        }
        Self::new(String::from_utf8_lossy(bytes))
    }

    /// Returns the key itself, for the request header only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns `text` with each occurrence of the key replaced by `***`.
    ///
    /// Finds the key in clear text, percent-encoded, and with escapes of JSON or HTML. Also finds the beginning of the key at the
    /// end of a text that was truncated with `…`. A key of at most three characters is replaced only where it is a separate word.
    pub fn mask(&self, text: &str) -> String {
        mask::mask(text, self.expose())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The API key is empty."),
            Self::Character(position) => write!(
                f,
                "Character {} of the API key cannot be sent. A key consists of ASCII letters, digits, and signs, without spaces. \
                 Paste it again.",
                position + 1
            ),
            Self::Utf16 => f.write_str("The API key is text in UTF-16. Save or pipe it as UTF-8."),
        }
    }
}

impl std::error::Error for InvalidKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_key_is_trimmed_and_hidden_in_debug_output() {
        let key = ApiKey::new(" s3cret\n").unwrap();
        assert_eq!(key.expose(), "s3cret");
        assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
    }

    #[test]
    fn invalid_key_is_refused_without_quoting_it() {
        assert_eq!(ApiKey::new(" \t"), Err(InvalidKey::Empty));
        assert_eq!(ApiKey::new("ab\u{7f}c"), Err(InvalidKey::Character(2)));
        assert_eq!(ApiKey::new("käse"), Err(InvalidKey::Character(1)));
        assert_eq!(ApiKey::new("k\0e\0y\0"), Err(InvalidKey::Utf16));
        let text = ApiKey::new("top secret").unwrap_err().to_string();
        assert!(text.starts_with("Character 4 ") && !text.contains("top"), "{text}");
    }

    #[test]
    fn byte_order_mark_is_removed_and_utf_16_is_refused() {
        assert_eq!(ApiKey::new("\u{feff}s3cret\r\n").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::new(" \u{feff} s3cret\u{200b}").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::from_bytes(b"\xef\xbb\xbfs3cret\n").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::new("\u{feff}"), Err(InvalidKey::Empty));
        for utf16 in [b"\xff\xfes\x003\x00" as &[u8], b"\xfe\xff\x00s\x003", b"s\x003\x00"] {
            let error = ApiKey::from_bytes(utf16).unwrap_err();
            assert_eq!(error, InvalidKey::Utf16);
            assert!(error.to_string().contains("UTF-8"));
        }
        assert_eq!(ApiKey::from_bytes(b"k\xffey"), Err(InvalidKey::Character(1)));
    }
}
