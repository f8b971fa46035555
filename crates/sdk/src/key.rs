//! The API key, kept from view.

use std::fmt;

use zeroize::Zeroizing;

mod mask;

/// An API key: never shown by `Debug`, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

/// Why a text cannot be an API key. It never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Nothing but white space.
    Empty,
    /// A character that no request header can carry: the zero-based position of it, in characters.
    Character(usize),
    /// The key is text in UTF-16, which some Windows programs write to a file or a pipe.
    Utf16,
}

/// Invisible characters that a pipe or a clipboard may add to a key: byte order mark, zero-width space, word joiner.
const INVISIBLE_CHARACTERS: [char; 3] = ['\u{feff}', '\u{200b}', '\u{2060}'];

impl ApiKey {
    /// Creates a key from typed or pasted text. White space and invisible characters around it, such as a byte order mark,
    /// are dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] for a key that cannot be a header value: empty, or with anything but visible ASCII in it.
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

    /// The key itself, for the request header and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
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
                "Character {} of the API key cannot be sent: a key is letters, digits and signs, without spaces. Paste it again.",
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
    fn a_pasted_key_is_trimmed_and_hidden() {
        let key = ApiKey::new(" s3cret\n").unwrap();
        assert_eq!(key.expose(), "s3cret");
        assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
    }

    #[test]
    fn what_no_header_can_carry_is_refused_without_quoting_it() {
        assert_eq!(ApiKey::new(" \t"), Err(InvalidKey::Empty));
        assert_eq!(ApiKey::new("ab\u{7f}c"), Err(InvalidKey::Character(2)));
        assert_eq!(ApiKey::new("käse"), Err(InvalidKey::Character(1)));
        assert_eq!(ApiKey::new("k\0e\0y\0"), Err(InvalidKey::Utf16));
        let said = ApiKey::new("top secret").unwrap_err().to_string();
        assert!(said.starts_with("Character 4 ") && !said.contains("top"), "{said}");
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_utf_16_is_named() {
        assert_eq!(ApiKey::new("\u{feff}s3cret\r\n").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::new(" \u{feff} s3cret\u{200b}").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::from_bytes(b"\xef\xbb\xbfs3cret\n").unwrap().expose(), "s3cret");
        assert_eq!(ApiKey::new("\u{feff}"), Err(InvalidKey::Empty));
        for utf16 in [b"\xff\xfes\x003\x00" as &[u8], b"\xfe\xff\x00s\x003", b"s\x003\x00"] {
            let problem = ApiKey::from_bytes(utf16).unwrap_err();
            assert_eq!(problem, InvalidKey::Utf16);
            assert!(problem.to_string().contains("UTF-8"));
        }
        assert_eq!(ApiKey::from_bytes(b"k\xffey"), Err(InvalidKey::Character(1)));
    }
}
