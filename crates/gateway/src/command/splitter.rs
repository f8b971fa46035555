//! Splits the text of a pipe into lines.

/// A line longer than this is cut, so that a process that never ends its line cannot fill the memory.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// The text between two line ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Ended by a line feed, or a part of a line that is too long.
    Line(String),
    /// Ended by a carriage return: on a terminal the next text overwrites it.
    Update(String),
}

/// Splits text at line ends. Carriage returns before a line feed belong to the line end.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    partial: String,
    /// Whether the last character was a carriage return, whose meaning depends on the next one.
    is_returned: bool,
    /// Whether the beginning of this line was taken before its end.
    is_continued: bool,
}

impl Splitter {
    /// Returns the pieces that this text completes.
    pub fn feed(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '\r']) {
            self.add(&rest[..at], &mut pieces);
            if rest.as_bytes()[at] == b'\r' {
                self.is_returned = true;
            } else {
                self.end_line(&mut pieces);
            }
            rest = &rest[at + 1..];
        }
        self.add(rest, &mut pieces);
        pieces
    }

    /// Returns the text of a piece that has no end yet.
    pub fn partial(&self) -> &str {
        &self.partial
    }

    /// Takes the text of a piece that has no end yet. The text after it becomes a separate line.
    pub fn take_partial(&mut self) -> Option<String> {
        if self.partial.is_empty() {
            return None;
        }
        self.is_continued = true;
        Some(std::mem::take(&mut self.partial))
    }

    /// Returns the last line, if it was not ended.
    pub fn finish(mut self) -> Option<String> {
        self.take_partial()
    }

    fn add(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_returned) {
            self.is_continued = false;
            if !self.partial.is_empty() {
                pieces.push(Piece::Update(std::mem::take(&mut self.partial)));
            }
        }
        self.partial.push_str(text);
        while self.partial.len() > MAX_LINE_BYTES {
            let rest = self.partial.split_off(self.partial.floor_char_boundary(MAX_LINE_BYTES));
            pieces.push(Piece::Line(std::mem::replace(&mut self.partial, rest)));
        }
    }

    fn end_line(&mut self, pieces: &mut Vec<Piece>) {
        let is_continued = std::mem::take(&mut self.is_continued);
        self.is_returned = false;
        let line = std::mem::take(&mut self.partial);
        if !(is_continued && line.is_empty()) {
            pieces.push(Piece::Line(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Line, Update};
    use super::*;

    fn split(chunks: &[&str]) -> Vec<Piece> {
        let mut splitter = Splitter::default();
        let mut pieces: Vec<_> = chunks.iter().flat_map(|c| splitter.feed(c)).collect();
        pieces.extend(splitter.finish().map(Line));
        pieces
    }

    fn line(text: &str) -> Piece {
        Line(text.to_owned())
    }

    fn update(text: &str) -> Piece {
        Update(text.to_owned())
    }

    #[test]
    fn lines_do_not_depend_on_the_chunks() {
        assert_eq!(split(&["one\ntw", "o\r\n\nthree"]), [line("one"), line("two"), line(""), line("three")]);
        assert_eq!(split(&["one\n"]), [line("one")]);
        assert_eq!(split(&[""]), []);
        assert_eq!(split(&["a\r", "\nb\r\r\n"]), [line("a"), line("b")]);
    }

    #[test]
    fn carriage_returns_separate_updates() {
        assert_eq!(split(&["1%\r2%", "\r", "3%\n"]), [update("1%"), update("2%"), line("3%")]);
        assert_eq!(split(&["\r1%\r2%\r"]), [update("1%"), line("2%")]);
        assert_eq!(split(&["1%\r\r\r\n"]), [line("1%")]);
    }

    #[test]
    fn rest_of_a_line_that_was_taken_early_is_the_next_line() {
        let mut splitter = Splitter::default();
        assert_eq!(splitter.take_partial(), None);
        assert_eq!(splitter.feed("Copying …"), []);
        assert_eq!(splitter.take_partial(), Some("Copying …".to_owned()));
        assert_eq!(splitter.feed(" done\nPassword: "), [line(" done")]);
        assert_eq!(splitter.take_partial(), Some("Password: ".to_owned()));
        // The end of a line that was taken completely is not a line.
        assert_eq!(splitter.feed("\n\n50%\r"), [line("")]);
        assert_eq!(splitter.take_partial(), Some("50%".to_owned()));
        assert_eq!(splitter.feed("\nend\n"), [line("end")]);
    }

    #[test]
    fn long_line_is_cut_between_characters() {
        let long = "é".repeat(MAX_LINE_BYTES);
        let odd = format!("x{long}");
        for text in [long, odd] {
            let mut splitter = Splitter::default();
            let mut lines: Vec<String> = Vec::new();
            for part in text.chars().collect::<Vec<_>>().chunks(7000) {
                let pieces = splitter.feed(&part.iter().collect::<String>());
                lines.extend(pieces.into_iter().map(|piece| match piece {
                    Line(text) => text,
                    Update(text) => panic!("{text}"),
                }));
            }
            lines.extend(splitter.finish());
            assert!(lines.iter().all(|l| l.len() <= MAX_LINE_BYTES));
            assert_eq!(lines.concat(), text);
            assert_eq!(lines.len(), 2 + usize::from(text.starts_with('x')));
        }
    }
}
