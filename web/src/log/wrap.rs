//! Wrapped lines: how many rows of the screen each takes, by counting and not by measuring.
//!
//! A wrapped log breaks at a column, as a terminal does, so the height of a line follows from its text. Nothing is
//! measured, nothing jumps, and the scroll bar is right from the first line to the millionth.

use super::LONGEST;

/// The heights of the rows of a log that is wrapped.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrap {
    /// Cells in a row of the screen; 0 is not wrapped.
    pub(super) columns: usize,
    /// Where each row ends, in rows of the screen.
    ends: Vec<u32>,
}

impl Wrap {
    pub(super) fn at(columns: usize) -> Self {
        Self { columns, ends: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.ends.clear();
    }

    pub(super) fn push(&mut self, message: &str) {
        self.ends.push(self.height() as u32 + height(message, self.columns) as u32);
    }

    pub(super) fn height(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    /// Where a row begins.
    pub(super) fn top(&self, row: usize) -> usize {
        row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize)
    }

    /// The row that is at this height.
    pub(super) fn row_at(&self, height: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= height)
    }
}

/// How many rows of so many cells a message takes, as it is shown: at most its first [`LONGEST`] characters. Never too
/// few: a row that is not filled is better than letters that are not seen.
pub fn height(message: &str, columns: usize) -> usize {
    let columns = columns.max(2);
    let message = message.trim_end_matches(['\r', '\n']);
    let cells =
        message.chars().take(LONGEST).map(cells).sum::<usize>() + usize::from(message.len() > LONGEST);
    // A letter of two cells may leave the last one of a row empty.
    let columns = if message.is_ascii() { columns } else { columns - 1 };
    cells.div_ceil(columns).max(1)
}

fn cells(letter: char) -> usize {
    match letter {
        ' '..='~' => 1,
        '\t' => 4,
        // Their pictures may be wide.
        ..' ' | '\u{7f}'..='\u{9f}' => 2,
        letter if letter < '\u{1100}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_follow_from_the_text() {
        assert_eq!(height("", 80), 1);
        assert_eq!(height(&"x".repeat(80), 80), 1);
        assert_eq!(height(&"x".repeat(81), 80), 2);
        assert_eq!(height("two\n\n", 80), 1);
        assert_eq!(height(&"表".repeat(40), 80), 2, "forty would fit, were no cell left empty");
        assert_eq!(height(&"x".repeat(5_000_000), 100), LONGEST / 100 + 1, "what is cut ends with a sign");
        assert_eq!(height("ab", 0), 1);
    }

    #[test]
    fn rows_and_heights_lead_to_each_other() {
        let mut wrap = Wrap::at(10);
        for length in [5, 25, 0, 10, 11] {
            wrap.push(&"x".repeat(length));
        }
        assert_eq!(wrap.height(), 1 + 3 + 1 + 1 + 2);
        assert_eq!([0, 1, 2, 3, 4].map(|row| wrap.top(row)), [0, 1, 4, 5, 6]);
        assert_eq!([0, 1, 3, 4, 7, 8].map(|height| wrap.row_at(height)), [0, 1, 1, 2, 4, 5]);
    }
}
