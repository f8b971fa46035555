//! A range of lines in a link: `1188` or `1188-1192`.

use std::fmt;

/// Lines from `first` to `last`, both included. The fields count from 0, the text form from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    pub first: usize,
    pub last: usize,
}

impl LineRange {
    /// Returns the range between two lines in any order.
    pub fn between(one: usize, other: usize) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    /// Parses the text form. Returns `None` if it is invalid.
    pub fn parse(text: &str) -> Option<Self> {
        let line = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some(Self::between(line(first)?, line(last)?))
    }

    pub fn len(self) -> usize {
        self.last - self.first + 1
    }

    /// Always false: a range has at least one line.
    pub const fn is_empty(self) -> bool {
        false
    }

    pub fn contains(self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first + 1)?;
        if self.last > self.first {
            write!(f, "-{}", self.last + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_counts_from_one() {
        for text in ["1", "1188", "1188-1192"] {
            assert_eq!(LineRange::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(LineRange::parse("9-3"), Some(LineRange { first: 2, last: 8 }));
        assert_eq!(LineRange::between(4, 2).len(), 3);
        for text in ["", "0", "-", "1-", "x", "1-2-3", "-5", "99999999999999999999999"] {
            assert_eq!(LineRange::parse(text), None, "{text}");
        }
    }
}
