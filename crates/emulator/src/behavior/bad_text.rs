//! Texts that a JSON library cannot write: unpaired surrogates, and bytes that are not UTF-8.
//!
//! A text gets a mark while it is a `String`. The mark is replaced by invalid characters when the response is converted to
//! bytes. They are at the end of the text, as if it had been cut off in the middle of a character.

use axum::body::Bytes;

use super::settings::BadText;

/// The first character of a mark. Nothing else in this program writes this private-use character.
const MARK: char = '\u{f0000}';
/// The number of kinds of invalid characters of each setting.
const KINDS: usize = 3;

/// A high surrogate alone, a low surrogate alone, and both in the wrong order.
const SURROGATES: [&[u8]; KINDS] = [b"\\ud83d", b"\\udd25", b"\\udd25\\ud83d"];
/// A byte that no character has, a character that is cut off, and an encoded surrogate.
const BYTES: [&[u8]; KINDS] = [b"\xff", b"\xe2\x82", b"\xed\xa0\xbd"];

/// Adds a mark to a text. The same text always gets the same mark.
pub(super) fn mark(text: &mut String) {
    let kind = u8::try_from(text.len() % KINDS).unwrap_or(0);
    text.push(MARK);
    text.push(char::from(b'0' + kind));
}

/// Replaces every mark in the response by invalid characters.
pub(super) fn inject(response: String, how: BadText) -> Bytes {
    let kinds = match how {
        BadText::None => return Bytes::from(response),
        BadText::UnpairedSurrogates => SURROGATES,
        BadText::InvalidUtf8 => BYTES,
    };
    let mut pieces = response.split(MARK);
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digit, rest) = piece.split_at_checked(1).unwrap_or_default();
        let kind = digit.parse::<usize>().unwrap_or_default();
        bytes.extend_from_slice(kinds[kind % KINDS]);
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response() -> String {
        let texts = ["", "a", "ab", "abc \u{1f525} \u{ffff}"];
        let marked = texts.map(|text| {
            let mut text = text.to_owned();
            mark(&mut text);
            text
        });
        serde_json::to_string(&marked).unwrap()
    }

    #[test]
    fn every_text_ends_with_invalid_characters() {
        let surrogates = inject(response(), BadText::UnpairedSurrogates);
        assert_eq!(
            std::str::from_utf8(&surrogates).unwrap(),
            "[\"\\ud83d\",\"a\\udd25\",\"ab\\udd25\\ud83d\",\"abc \u{1f525} \u{ffff}\\ud83d\"]"
        );
        assert!(serde_json::from_slice::<Vec<String>>(&surrogates).is_err());
        let bytes = inject(response(), BadText::InvalidUtf8);
        assert!(std::str::from_utf8(&bytes).is_err());
        let lossy = String::from_utf8_lossy(&bytes).into_owned();
        let texts: Vec<String> = serde_json::from_str(&lossy).unwrap();
        assert_eq!(texts.len(), 4);
        assert!(texts.iter().all(|text| text.ends_with('\u{fffd}')), "{texts:?}");
    }
}
