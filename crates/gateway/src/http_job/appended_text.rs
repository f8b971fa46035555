//! Finds the lines of a growing text that are new.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much of a text was read. A text with another beginning is a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TextPosition {
    bytes: usize,
    hash: String,
}

/// The lines of a text after a position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewLines<'a> {
    /// Where the first line begins. It is zero if the text is a new one.
    start: usize,
    text: &'a str,
    /// The lines without their ends, and where they end in the text.
    lines: Vec<(&'a str, usize)>,
    /// Whether the text continues the one that was read.
    pub is_continued: bool,
}

impl TextPosition {
    /// Returns the complete lines after this position. With `is_last`, a line without an end is complete, too.
    pub fn new_lines<'a>(&self, text: &'a str, is_last: bool) -> NewLines<'a> {
        let is_continued =
            text.get(..self.bytes).is_some_and(|before| self.bytes == 0 || hash(before) == self.hash);
        let start = if is_continued { self.bytes } else { 0 };
        let mut lines = Vec::new();
        let mut end = start;
        for line in text[start..].split_inclusive('\n') {
            end += line.len();
            match line.strip_suffix('\n') {
                Some(line) => lines.push((line.strip_suffix('\r').unwrap_or(line), end)),
                None if is_last => lines.push((line, end)),
                None => {}
            }
        }
        NewLines { start, text, lines, is_continued }
    }
}

impl<'a> NewLines<'a> {
    /// Returns the number of lines.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Iterates over the lines after the first `skipped` ones.
    pub fn after(&self, skipped: usize) -> impl Iterator<Item = &'a str> {
        self.lines.iter().skip(skipped).map(|(line, _)| *line)
    }

    /// Returns the position after the first lines.
    pub fn position_after(&self, lines: usize) -> TextPosition {
        let bytes =
            lines.checked_sub(1).and_then(|last| self.lines.get(last)).map_or(self.start, |(_, end)| *end);
        TextPosition { bytes, hash: hash(&self.text[..bytes]) }
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(position: &mut TextPosition, text: &str, is_last: bool) -> Vec<String> {
        let new = position.new_lines(text, is_last);
        *position = new.position_after(new.count());
        new.after(0).map(str::to_owned).collect()
    }

    #[test]
    fn each_line_is_returned_once() {
        let mut position = TextPosition::default();
        assert_eq!(read(&mut position, "", false), [""; 0]);
        assert_eq!(read(&mut position, "a\r\nb", false), ["a"]);
        assert_eq!(read(&mut position, "a\r\nb", false), [""; 0]);
        assert_eq!(read(&mut position, "a\r\nbc\n\nd", false), ["bc", ""]);
        assert_eq!(read(&mut position, "a\r\nbc\n\nd\u{e4}", true), ["d\u{e4}"]);
        assert_eq!(read(&mut position, "a\r\nbc\n\nd\u{e4}", true), [""; 0]);
    }

    #[test]
    fn text_with_another_beginning_is_new() {
        let mut position = TextPosition::default();
        assert_eq!(read(&mut position, "one\ntwo\n", false), ["one", "two"]);
        assert_eq!(read(&mut position, "two\nthree\n", false), ["two", "three"]);
        assert_eq!(read(&mut position, "two\n", false), ["two"]);
        // The earlier end is within a character.
        assert_eq!(read(&mut position, "\u{20ac}\u{20ac}\n", false), ["\u{20ac}\u{20ac}"]);
    }

    #[test]
    fn position_after_some_lines_continues_there() {
        let new = TextPosition::default().new_lines("a\nb\nc\n", false);
        let position = new.position_after(2);
        assert_eq!(position.new_lines("a\nb\nc\n", false).after(0).collect::<Vec<_>>(), ["c"]);
        assert_eq!(
            new.position_after(0),
            TextPosition::default().new_lines("a\nb\nc\n", false).position_after(0)
        );
    }
}
