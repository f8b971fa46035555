//! A plain search for a text in every line, whatever the case.

use crate::format;

/// What is searched for, and the lines that have it.
#[derive(Clone, Debug, Default)]
pub struct Search {
    needle: String,
    lines: Vec<u32>,
    generation: u32,
}

impl Search {
    /// Begins a new search; false if it is the one there is, or finds nothing by itself.
    pub(super) fn start(&mut self, text: &str) -> bool {
        let needle = format::lower(text);
        if needle == self.needle {
            return false;
        }
        self.needle = needle;
        self.generation = self.generation.wrapping_add(1);
        self.lines.clear();
        self.is_on()
    }

    pub(super) fn look_at(&mut self, line: u32, message: &str) {
        if self.is_on() && self.is_in(message) {
            self.lines.push(line);
        }
    }

    /// Whether anything is searched for.
    pub fn is_on(&self) -> bool {
        !self.needle.is_empty()
    }

    /// Another number for each text that was searched for.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The lines that were found, in order.
    pub fn lines(&self) -> &[u32] {
        &self.lines
    }

    fn is_in(&self, message: &str) -> bool {
        if self.needle.is_ascii() {
            find_ascii(message.as_bytes(), self.needle.as_bytes()).is_some()
        } else {
            format::lower(message).contains(&self.needle)
        }
    }

    /// Cuts a text into pieces that were found (true) and pieces between them. A letter whose lower case has another
    /// length is not marked: the line is found all the same.
    pub fn pieces<'a>(&self, text: &'a str) -> Vec<(bool, &'a str)> {
        let lower = format::lower(text);
        if !self.is_on() || lower.len() != text.len() {
            return vec![(false, text)];
        }
        let mut pieces = Vec::new();
        let mut done = 0;
        for (at, found) in lower.match_indices(&self.needle) {
            let (Some(between), Some(found)) = (text.get(done..at), text.get(at..at + found.len())) else {
                continue;
            };
            if !between.is_empty() {
                pieces.push((false, between));
            }
            pieces.push((true, found));
            done = at + found.len();
        }
        if done < text.len() || pieces.is_empty() {
            pieces.push((false, &text[done..]));
        }
        pieces
    }
}

/// Where `needle` (ASCII, lower case) stands in `hay`, whatever the case.
fn find_ascii(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let end = hay.len().checked_sub(rest.len())?;
    (0..end).find(|&at| {
        hay[at].to_ascii_lowercase() == *first && hay[at + 1..at + 1 + rest.len()].eq_ignore_ascii_case(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str) -> Search {
        let mut search = Search::default();
        search.start(text);
        search
    }

    #[test]
    fn whatever_the_case() {
        assert!(search("FactInvoice").is_in("table dw.FACTINVOICE"));
        assert!(search("größe").is_in("Die GRÖSSE, die GRÖßE"));
        assert!(!search("abc").is_in("ab"));
        assert!(search("c").is_in("abc"));
    }

    #[test]
    fn found_pieces_are_marked() {
        assert_eq!(search("ab").pieces("xABab."), [(false, "x"), (true, "AB"), (true, "ab"), (false, ".")]);
        assert_eq!(search("q").pieces("abc"), [(false, "abc")]);
        assert_eq!(search("").pieces("abc"), [(false, "abc")]);
        assert_eq!(search("é").pieces("CAFÉ"), [(false, "CAF"), (true, "É")]);
        // The capital İ becomes longer in lower case: no mark, and no panic.
        assert_eq!(search("x").pieces("İx"), [(false, "İx")]);
    }
}
