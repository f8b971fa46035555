//! Decodes the escapes in which servers repeat texts.

/// A text without its escapes, and where each of its bytes is in the text.
#[derive(Debug, Default)]
pub(super) struct DecodedText {
    pub bytes: Vec<u8>,
    /// Where the text has the byte, and at last where it ends.
    starts: Vec<usize>,
}

impl DecodedText {
    /// Returns a text as it is.
    pub fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), starts: (0..=text.len()).collect() }
    }

    /// Decodes the escapes of JSON, URLs, and HTML once. Returns `None` if there are none.
    pub fn decode(&self) -> Option<Self> {
        let bytes = &self.bytes;
        let first = memchr::memchr3(b'\\', b'%', b'&', bytes)?;
        let mut decoded = Self::default();
        decoded.bytes.reserve(bytes.len());
        decoded.starts.reserve(bytes.len() + 1);
        decoded.bytes.extend_from_slice(&bytes[..first]);
        decoded.starts.extend_from_slice(&self.starts[..first]);
        let (mut at, mut has_escape) = (first, false);
        while let Some(byte) = bytes.get(at) {
            let start = self.starts[at];
            if let Some((value, length)) = escape(&bytes[at..]) {
                has_escape = true;
                at += length;
                value.push(&mut decoded.bytes);
                decoded.starts.resize(decoded.bytes.len(), start);
            } else {
                decoded.bytes.push(*byte);
                decoded.starts.push(start);
                at += 1;
            }
        }
        decoded.starts.push(self.starts[bytes.len()]);
        has_escape.then_some(decoded)
    }

    /// Returns the range in the text of a range of these bytes.
    pub fn range(&self, start: usize, end: usize) -> (usize, usize) {
        (self.starts[start], self.starts[end])
    }
}

/// What an escape stands for.
enum Escaped {
    Byte(u8),
    Char(char),
}

impl Escaped {
    fn push(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => bytes.push(*byte),
            Self::Char(char) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Returns what the escape at the start of a text stands for, and its length.
fn escape(text: &[u8]) -> Option<(Escaped, usize)> {
    match text.first()? {
        b'%' => Some((Escaped::Byte(u8::try_from(hex(text.get(1..3)?)?).ok()?), 3)),
        b'\\' => backslash(text),
        b'&' => entity(text),
        _ => None,
    }
}

/// An escape of JSON or of a string in a program.
fn backslash(text: &[u8]) -> Option<(Escaped, usize)> {
    let char = match text.get(1)? {
        b'u' => {
            let unit = hex(text.get(2..6)?)?;
            let low =
                || hex(text.get(6..12)?.strip_prefix(b"\\u")?).filter(|low| (0xdc00..0xe000).contains(low));
            if (0xd800..0xdc00).contains(&unit)
                && let Some(low) = low()
            {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Some((Escaped::Char(char::from_u32(code)?), 12));
            }
            return Some((Escaped::Char(char::from_u32(unit)?), 6));
        }
        b'x' => return Some((Escaped::Char(char::from_u32(hex(text.get(2..4)?)?)?), 4)),
        char @ (b'"' | b'\'' | b'\\' | b'/') => *char,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    };
    Some((Escaped::Byte(char), 2))
}

/// A character reference of HTML.
fn entity(text: &[u8]) -> Option<(Escaped, usize)> {
    const MAX_LENGTH: usize = 10;
    let end = text.iter().take(MAX_LENGTH).position(|byte| *byte == b';')?;
    let char = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"sol" => '/',
        b"plus" => '+',
        b"equals" => '=',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some((Escaped::Char(char), end + 1))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_with_their_places() {
        let text = r"a\u002B\/%2f&amp;&#x3C;&#60;\uD83D\uDE00\u00e9z";
        let decoded = DecodedText::of(text).decode().unwrap();
        assert_eq!(String::from_utf8(decoded.bytes.clone()).unwrap(), "a+//&<<\u{1f600}\u{e9}z");
        assert_eq!(decoded.range(0, 2), (0, 7));
        assert_eq!(decoded.range(1, 2), (1, 7));
        assert_eq!(decoded.range(decoded.bytes.len() - 1, decoded.bytes.len()), (text.len() - 1, text.len()));
        let twice = DecodedText::of(r"x\\u002B%252F").decode().unwrap().decode().unwrap();
        assert_eq!((twice.bytes.as_slice(), twice.range(1, 3)), (&b"x+/"[..], (1, 13)));
    }

    #[test]
    fn other_texts_are_not_changed() {
        for text in
            ["plain", "100 %", "%zz %+1", r"\d \u12 \ud800", "a & b; &none; &#; &#x110000;", "&", "\\", "%"]
        {
            assert!(DecodedText::of(text).decode().is_none(), "{text}");
        }
    }
}
