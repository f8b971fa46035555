//! Computes the heights of wrapped lines without measuring them in the browser.
//!
//! A wrapped log breaks lines at a column like a terminal, so the height of a line follows from its text. This makes the
//! scroll bar exact for any number of lines.

use crate::model::visible_text::is_invisible;

/// Maximum number of characters of a message in a row of the log. The full text is shown on demand.
pub const MAX_LINE_CHARS: usize = 2_000;

/// Row heights of a wrapped log.
#[derive(Clone, Debug, Default)]
pub(super) struct WrapLayout {
    /// Character cells in a screen row; 0 without wrapping.
    pub(super) columns: usize,
    /// The end of each row, in screen rows.
    ends: Vec<u32>,
}

impl WrapLayout {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, ends: Vec::new() }
    }

    /// Removes the rows from `row` on.
    pub(super) fn truncate(&mut self, row: usize) {
        self.ends.truncate(row);
    }

    pub(super) fn push(&mut self, message: &str) {
        self.ends.push(self.height() as u32 + height(message, self.columns) as u32);
    }

    pub(super) fn height(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    /// Returns the position of a row, in screen rows.
    pub(super) fn top(&self, row: usize) -> usize {
        row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize)
    }

    /// Returns the row at a position in screen rows.
    pub(super) fn row_at(&self, height: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= height)
    }
}

/// Returns how many screen rows of `columns` cells the first [`MAX_LINE_CHARS`] characters of a message take. The
/// result may be too large but never too small, because missing rows would hide text.
pub fn height(message: &str, columns: usize) -> usize {
    let columns = columns.max(2);
    let message = message.trim_end_matches(['\r', '\n']);
    let cells = message.chars().take(MAX_LINE_CHARS).map(cell_count).sum::<usize>()
        + usize::from(message.len() > MAX_LINE_CHARS);
    // A character of two cells may leave the last cell of a row empty.
    let columns = if message.is_ascii() { columns } else { columns - 1 };
    cells.div_ceil(columns).max(1)
}

fn cell_count(c: char) -> usize {
    match c {
        ' '..='~' => 1,
        '\t' => 4,
        // Symbols may be wide.
        c if c < '\u{1100}' && !is_invisible(c) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn height_is_computed_from_the_text() {
        assert_eq!(height("", 80), 1);
        assert_eq!(height(&"x".repeat(80), 80), 1);
        assert_eq!(height(&"x".repeat(81), 80), 2);
        assert_eq!(height("two\n\n", 80), 1);
        assert_eq!(height(&"表".repeat(40), 80), 2, "wide characters may leave a cell empty");
        assert_eq!(
            height(&"x".repeat(5_000_000), 100),
            MAX_LINE_CHARS / 100 + 1,
            "the ellipsis takes a cell"
        );
        assert_eq!(height("ab", 0), 1);
    }

    #[test]
    fn row_at_is_the_inverse_of_top() {
        let mut wrap = WrapLayout::new(10);
        for length in [5, 25, 0, 10, 11] {
            wrap.push(&"x".repeat(length));
        }
        assert_eq!(wrap.height(), 1 + 3 + 1 + 1 + 2);
        assert_eq!([0, 1, 2, 3, 4].map(|row| wrap.top(row)), [0, 1, 4, 5, 6]);
        assert_eq!([0, 1, 3, 4, 7, 8].map(|height| wrap.row_at(height)), [0, 1, 1, 2, 4, 5]);
    }
}
