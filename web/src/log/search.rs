//! Full-text search in all lines, ignoring case.

use super::lines::Lines;
use crate::model::{finder::Finder, format};

/// The searched text and the lines that contain it.
#[derive(Clone, Debug, Default)]
pub struct Search {
    needle: String,
    lines: Vec<u32>,
}

impl Search {
    /// Starts a new search and forgets the matches of the last one. Returns false if the text is unchanged.
    pub(super) fn start(&mut self, text: &str) -> bool {
        let needle = format::lowercase(text);
        if needle == self.needle {
            return false;
        }
        self.needle = needle;
        self.lines.clear();
        true
    }

    /// Scans the lines from `first` on.
    pub(super) fn scan(&mut self, lines: &Lines, first: usize) {
        if !self.is_active() || first >= lines.len() {
            return;
        }
        if self.needle.is_ascii() {
            self.scan_ascii(lines, first);
            return;
        }
        for (line, stored) in lines.all.iter().enumerate().skip(first) {
            let message = lines.message(stored);
            // An ASCII line cannot contain the non-ASCII needle.
            if !message.is_ascii() && format::lowercase(message).contains(&self.needle) {
                self.lines.push(line as u32);
            }
        }
    }

    /// Scans all messages as one text.
    fn scan_ascii(&mut self, lines: &Lines, first: usize) {
        let text = lines.text.as_bytes();
        let finder = Finder::new(self.needle.as_bytes());
        let mut line = first;
        let mut from = lines.all[first].start();
        while let Some(at) = finder.find(text, from) {
            line += lines.all[line..].partition_point(|line| line.end() <= at);
            let Some(found) = lines.all.get(line) else { return };
            if found.start() <= at && at + self.needle.len() <= found.end() {
                self.lines.push(line as u32);
                from = found.end();
            } else {
                from = at + 1;
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

    /// Splits a text into matches (true) and the parts between them. A text whose lower case has another length is not
    /// split, so its matches are not highlighted.
    pub fn segments<'a>(&self, text: &'a str) -> Vec<(bool, &'a str)> {
        let lowercase = format::lowercase(text);
        if !self.is_active() || lowercase.len() != text.len() {
            return vec![(false, text)];
        }
        let mut segments = Vec::new();
        let mut done = 0;
        for (at, found) in lowercase.match_indices(&self.needle) {
            let (Some(between), Some(found)) = (text.get(done..at), text.get(at..at + found.len())) else {
                continue;
            };
            if !between.is_empty() {
                segments.push((false, between));
            }
            segments.push((true, found));
            done = at + found.len();
        }
        if done < text.len() || segments.is_empty() {
            segments.push((false, &text[done..]));
        }
        segments
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

    #[test]
    fn search_ignores_case() {
        let found = |needle: &str, messages: &str| {
            let lines = lines(messages).into_iter().collect();
            let mut search = search(needle);
            search.scan(&lines, 0);
            search.lines
        };
        assert_eq!(found("FactInvoice", "x|table dw.FACTINVOICE||factinvoice"), [1, 3]);
        assert_eq!(found("größe", "Die GRÖSSE, die GRÖßE|GROSSE"), [0]);
        assert!(found("abc", "ab|c|a bc").is_empty(), "nothing is found across lines");
        assert_eq!(found("c", "abc|c|é c c"), [0, 1, 2]);
    }

    #[test]
    fn segments_mark_the_matches() {
        assert_eq!(search("ab").segments("xABab."), [(false, "x"), (true, "AB"), (true, "ab"), (false, ".")]);
        assert_eq!(search("q").segments("abc"), [(false, "abc")]);
        assert_eq!(search("").segments("abc"), [(false, "abc")]);
        assert_eq!(search("é").segments("CAFÉ"), [(false, "CAF"), (true, "É")]);
        // The capital İ becomes longer in lower case.
        assert_eq!(search("x").segments("İx"), [(false, "İx")]);
    }
}
