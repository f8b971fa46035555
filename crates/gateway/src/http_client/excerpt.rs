//! The beginning of a response that was not accepted.

use crate::request_secrets::SecretMask;

/// The most characters of an excerpt.
const MAX_EXCERPT: usize = 300;

/// Returns `": "` and the first words of a response on one line, without secrets; nothing for a web page, which says nothing about the
/// cause.
pub(crate) fn excerpt(body: &[u8], mask: &SecretMask) -> String {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    // A secret may have white space, and the words may be broken elsewhere. Before they are cut, so that no part of a secret remains.
    let text = mask.mask(&text).replace(char::is_control, " ");
    let words = mask.mask(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match (words.is_empty(), words.char_indices().nth(MAX_EXCERPT)) {
        (true, _) => String::new(),
        (false, None) => format!(": {words}"),
        (false, Some((end, _))) => format!(": {}…", &words[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_is_one_line_without_secrets() {
        let mut mask = SecretMask::default();
        mask.add("t0ken");
        assert_eq!(excerpt(b" not\r\n\x1b[31m found: t0ken ", &mask), ": not [31m found: ***");
        assert_eq!(excerpt(b"\xff", &mask), ": \u{fffd}");
        assert_eq!(excerpt(b" \n", &mask), "");
        assert_eq!(excerpt(b"\n<html>Not Found</html>", &mask), "");
    }

    #[test]
    fn long_response_is_cut_between_characters() {
        let text = excerpt("é".repeat(400).as_bytes(), &SecretMask::default());
        assert_eq!(text, format!(": {}…", "é".repeat(300)));
    }

    #[test]
    fn secret_with_white_space_is_masked() {
        let mut mask = SecretMask::default();
        mask.add("two  words");
        mask.add("three of them");
        assert_eq!(excerpt(b"no: two  words, three\nof them", &mask), ": no: ***, ***");
    }

    #[test]
    fn secret_at_the_cut_is_masked_as_a_whole() {
        let mut mask = SecretMask::default();
        mask.add("secret-value");
        let text = excerpt(format!("{} secret-value", "a".repeat(296)).as_bytes(), &mask);
        assert!(!text.contains("secr"), "{text}");
    }
}
