//! Full-text search in all lines.

use super::{
    fold::{FoldedText, TextKind, fold, fold_into},
    lines::Lines,
};
use crate::model::finder::Finder;

/// The searched text and the lines that contain it.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The folded text.
    needle: String,
    lines: Vec<u32>,
}

impl Search {
    /// Starts a new search and forgets the matches of the last one. Returns false if the text is unchanged.
    pub(super) fn start(&mut self, text: &str) -> bool {
        let needle = fold(text);
        if needle == self.needle {
            return false;
        }
        self.needle = needle;
        self.lines.clear();
        true
    }

    /// Scans the lines from `first` on, and forgets their earlier matches.
    pub(super) fn scan(&mut self, lines: &Lines, first: usize) {
        self.lines.truncate(self.lines.partition_point(|line| (*line as usize) < first));
        if !self.is_active() || first >= lines.len() {
            return;
        }
        let known = self.lines.len();
        if self.needle.is_ascii() {
            self.scan_bytes(lines, first);
        }
        self.scan_folded(lines, first);
        self.lines[known..].sort_unstable();
    }

    /// Scans the messages that need no folding as one text.
    fn scan_bytes(&mut self, lines: &Lines, first: usize) {
        let text = lines.text.as_bytes();
        let finder = Finder::new(self.needle.as_bytes());
        let mut line = first;
        let mut from = lines.all[first].start();
        while let Some(at) = finder.find(text, from) {
            line += lines.all[line..].partition_point(|line| line.end() <= at);
            let Some(found) = lines.all.get(line) else { return };
            if found.text_kind == TextKind::Folded {
                from = found.end();
            } else if found.start() <= at && at + self.needle.len() <= found.end() {
                self.lines.push(line as u32);
                from = found.end();
            } else {
                from = at + 1;
            }
        }
    }

    /// Scans the other messages one by one.
    fn scan_folded(&mut self, lines: &Lines, first: usize) {
        let is_ascii = self.needle.is_ascii();
        let needs_folding =
            |kind: TextKind| kind == TextKind::Folded || kind == TextKind::Unicode && !is_ascii;
        if !lines.has_text_kind(needs_folding) {
            return;
        }
        let finder = Finder::new(self.needle.as_bytes());
        let mut folded = String::new();
        for (line, stored) in lines.all.iter().enumerate().skip(first) {
            if needs_folding(stored.text_kind) {
                folded.clear();
                fold_into(&mut folded, lines.message(stored), |_, _| {});
                if finder.find(folded.as_bytes(), 0).is_some() {
                    self.lines.push(line as u32);
                }
            }
        }
    }

    /// Returns whether a text is searched for.
    pub fn is_active(&self) -> bool {
        !self.needle.is_empty()
    }

    /// Returns the matching lines in order.
    pub fn lines(&self) -> &[u32] {
        &self.lines
    }

    /// Splits a text into matches (true) and the parts between them.
    pub fn segments<'a>(&self, text: &'a str) -> Vec<(bool, &'a str)> {
        if !self.is_active() {
            return vec![(false, text)];
        }
        let folded = FoldedText::new(text);
        let mut segments = Vec::new();
        let mut done = 0;
        for (at, found) in folded.text.match_indices(&self.needle) {
            let range = folded.source_range(at..at + found.len());
            // Two matches can share a letter, such as ß.
            if range.start < done {
                continue;
            }
            if range.start > done {
                segments.push((false, &text[done..range.start]));
            }
            segments.push((true, &text[range.clone()]));
            done = range.end;
        }
        if done < text.len() || segments.is_empty() {
            segments.push((false, &text[done..]));
        }
        segments
    }

    /// Returns the position of the first match in a message, in bytes.
    pub fn first_match(&self, message: &str) -> Option<usize> {
        if !self.is_active() {
            return None;
        }
        let found = fold(message).find(&self.needle)?;
        let mut position = 0;
        fold_into(&mut String::with_capacity(message.len()), message, |start, source| {
            if start <= found {
                position = source.start;
            }
        });
        Some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::lines;

    fn search(text: &str) -> Search {
        let mut search = Search::default();
        search.start(text);
        search
    }

    fn found(needle: &str, messages: &str) -> Vec<u32> {
        let lines = lines(messages).into_iter().collect();
        let mut search = search(needle);
        search.scan(&lines, 0);
        search.lines
    }

    #[test]
    fn search_ignores_case() {
        assert_eq!(found("FactInvoice", "x|table dw.FACTINVOICE||factinvoice"), [1, 3]);
        assert!(found("abc", "ab|c|a bc").is_empty(), "nothing is found across lines");
        assert_eq!(found("c", "abc|c|é c c"), [0, 1, 2]);
        assert_eq!(found("größe", "Die GRÖSSE, die GRÖßE|GRO\u{308}SSE|GROSSE"), [0, 1]);
        assert_eq!(found("GROSSE", "große|x"), [0]);
        assert_eq!(found("istanbul", "İSTANBUL|x|I\u{307}stanbul|Istanbul"), [0, 2, 3]);
    }

    #[test]
    fn search_ignores_what_is_not_visible() {
        let colored = "\u{1b}[31mERROR \u{1b}[0m: no such|x|error : no such|x";
        assert_eq!(found("ERROR : no such", colored), [0, 2]);
        assert!(found("31m", colored).is_empty());
        assert_eq!(found("é", "cafe\u{301}|cafe|CAFÉ"), [0, 2]);
        assert_eq!(found("e", "e\u{301}|e|é"), [1], "another letter");
        assert_eq!(found("20 %", "10 %\r20 %"), [0]);
    }

    #[test]
    fn scan_from_a_line_replaces_later_matches() {
        let all: Lines = lines("abc|b|abc|abc").into_iter().collect();
        let mut search = search("abc");
        search.scan(&all, 0);
        search.scan(&all, 2);
        assert_eq!(search.lines, [0, 2, 3]);
    }

    #[test]
    fn segments_mark_the_matches() {
        assert_eq!(search("ab").segments("xABab."), [(false, "x"), (true, "AB"), (true, "ab"), (false, ".")]);
        assert_eq!(search("q").segments("abc"), [(false, "abc")]);
        assert_eq!(search("").segments("abc"), [(false, "abc")]);
        assert_eq!(search("é").segments("CAFÉ"), [(false, "CAF"), (true, "É")]);
        assert_eq!(search("x").segments("İx"), [(false, "İ"), (true, "x")]);
        assert_eq!(search("s").segments("ß"), [(true, "ß")]);
        let colored = "a\u{1b}[31mb\u{1b}[0mc";
        assert_eq!(search("bc").segments(colored), [(false, "a\u{1b}[31m"), (true, "b\u{1b}[0mc")]);
    }

    #[test]
    fn first_match_is_a_position_in_the_message() {
        let message = format!("{}\u{1b}[31mGRO\u{308}SSE", "é".repeat(3_000));
        let position = search("größe").first_match(&message).unwrap();
        assert!(message[position..].starts_with("GRO"));
        assert_eq!(search("x").first_match(&message), None);
        assert_eq!(search("").first_match(&message), None);
    }
}
