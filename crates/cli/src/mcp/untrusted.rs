//! Text from a server, for an assistant.

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

use crate::output::text;

/// The most bytes of a name. Longer ones are cut.
const MAX_NAME_BYTES: usize = 200;

/// A text as one line without control, direction, and invisible characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CleanText {
    pub(super) text: String,
    /// How many bytes at the end of the original are missing.
    pub(super) cut_bytes: usize,
}

/// Returns the text as one line of at most `max_bytes` bytes. Control, direction, and invisible characters become visible, because
/// they could hide instructions from the person who reads along.
pub(super) fn clean(text: &str, max_bytes: usize) -> CleanText {
    let original = text.trim_end_matches(['\r', '\n']);
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut text = String::with_capacity(original.len().min(max_bytes));
    for (start, c) in original.char_indices() {
        let before = text.len();
        if invisible.contains(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push_str(&text::escape_line(&original[start..start + c.len_utf8()]));
        }
        if text.len() > max_bytes {
            text.truncate(before);
            return CleanText { text, cut_bytes: original.len() - start };
        }
    }
    CleanText { text, cut_bytes: 0 }
}

/// Returns a name as one line. The name is cut if it is very long.
pub(super) fn clean_name(name: &str) -> String {
    let CleanText { mut text, cut_bytes } = clean(name, MAX_NAME_BYTES);
    if cut_bytes > 0 {
        text.push('…');
    }
    text
}

/// Returns a message for an assistant: its lines, each without control, direction, and invisible characters, of at most `max_bytes`
/// bytes together.
pub(super) fn clean_message(message: &str, max_bytes: usize) -> String {
    let mut text = String::new();
    for line in message.lines() {
        if !text.is_empty() {
            text.push('\n');
        }
        let line = clean(line, max_bytes.saturating_sub(text.len()));
        text.push_str(&line.text);
        if line.cut_bytes > 0 {
            text.push_str("… (the rest of this message is left out)");
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in ["", "Größe 日本 🙂", "a \"b\" <c> \\d"] {
            assert_eq!(clean(text, 100), CleanText { text: text.to_owned(), cut_bytes: 0 });
        }
    }

    #[test]
    fn control_direction_and_invisible_characters_become_visible() {
        let cases = [
            ("a\x1b[2J\r\nb", "a␛[2J␍␊b"),
            ("\u{202e}txt", "\\u{202e}txt"),
            ("ig\u{200b}no\u{feff}re\u{2060}", "ig\\u{200b}no\\u{feff}re\\u{2060}"),
            // Tags repeat ASCII without being visible.
            ("\u{e0069}\u{e0067}", "\\u{e0069}\\u{e0067}"),
            ("x\u{fe0f}\u{e0100}\u{ad}", "x\\u{fe0f}\\u{e0100}\\u{ad}"),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text, 100).text, expected);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(clean("aéé", 4), CleanText { text: "aé".to_owned(), cut_bytes: 2 });
        assert_eq!(clean("ab\u{200b}", 5), CleanText { text: "ab".to_owned(), cut_bytes: 3 });
        let name = clean_name(&"x".repeat(1000));
        assert_eq!((name.len(), name.ends_with("x…")), (203, true));
    }

    #[test]
    fn message_keeps_its_lines() {
        assert_eq!(clean_message("a\nb\u{1b}\n", 100), "a\nb␛");
        assert!(clean_message(&"x\n".repeat(5000), 100).len() < 200);
    }
}
