//! The API key, kept from view.

use std::fmt;

use zeroize::Zeroizing;

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
}

impl ApiKey {
    /// Takes the key as a person pasted it: white space around it is dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] for a key that cannot be a header value: empty, or with anything but visible ASCII in it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = Zeroizing::new(text.into());
        let key = text.trim();
        if key.is_empty() {
            return Err(InvalidKey::Empty);
        }
        match key.chars().position(|c| !c.is_ascii_graphic()) {
            Some(position) => Err(InvalidKey::Character(position)),
            None => Ok(Self(Zeroizing::new(key.to_owned()))),
        }
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
        let said = ApiKey::new("top secret").unwrap_err().to_string();
        assert!(said.starts_with("Character 4 ") && !said.contains("top"), "{said}");
    }
}
