//! Tables that fit the terminal.

use std::io::{self, IsTerminal};

use anstyle::Style;
use txjobs_sdk::{ExecutionState, JobStatusCode};
use unicode_width::UnicodeWidthStr;

use super::{
    style,
    text::{self, Tabs},
};

/// The most columns of a cell in a table.
const MAX_CELL_WIDTH: usize = 60;
/// The fewest columns that a cell keeps if the terminal is narrow.
const MIN_CELL_WIDTH: usize = 8;
const GAP: usize = 2;

/// A column of a table.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// On a narrow terminal, columns with a higher rank are left out first. A column with the rank 0 is always there.
    pub(crate) rank: u8,
    /// Whether the column is narrowed before others are left out.
    pub(crate) shrinks: bool,
    /// Whether its cells are aligned at their right end.
    pub(crate) is_number: bool,
}

impl Column {
    pub(crate) const fn new(name: &'static str, rank: u8) -> Self {
        Self { name, rank, shrinks: false, is_number: false }
    }

    pub(crate) const fn shrinking(name: &'static str) -> Self {
        Self { name, rank: 0, shrinks: true, is_number: false }
    }

    pub(crate) const fn number(name: &'static str, rank: u8) -> Self {
        Self { name, rank, shrinks: false, is_number: true }
    }
}

/// A cell of a table.
#[derive(Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Returns a cell with text from a server: escaped, and truncated.
    pub(super) fn text(text: &str, tabs: Tabs) -> Self {
        Self { text: text::truncate(text, MAX_CELL_WIDTH, tabs), style: style::PLAIN }
    }

    pub(crate) fn plain(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: style::PLAIN }
    }

    pub(crate) fn dim(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: style::DIM }
    }

    /// Returns a cell with a number of warnings or errors.
    pub(crate) fn count(count: Option<usize>, is_error: bool) -> Self {
        let style = match count {
            Some(1..) if is_error => style::BAD,
            Some(1..) => style::WARNING,
            _ => style::DIM,
        };
        Self { text: count.map_or_else(|| "-".to_owned(), |count| count.to_string()), style }
    }

    pub(crate) fn status(status: Option<JobStatusCode>) -> Self {
        let text = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        Self { text, style: style::status(status) }
    }

    pub(crate) fn state(state: ExecutionState) -> Self {
        let (symbol, style) = style::state_style(state);
        Self { text: format!("{symbol} {state}"), style }
    }
}

/// Returns the width of the terminal, or `None` if standard output is not one.
pub(super) fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size::terminal_size_of(stdout).map(|(width, _)| usize::from(width.0)).filter(|&width| width > 0)
}

/// Returns the lines of a table, the first with the names of the columns.
pub(super) fn lines(columns: &[Column], rows: &[Vec<Cell>], max_width: Option<usize>) -> Vec<String> {
    let mut widths: Vec<_> = columns.iter().map(|column| column.name.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.width());
        }
    }
    let shown = max_width.map_or_else(|| (0..columns.len()).collect(), |max| fit(columns, &mut widths, max));
    let heading: Vec<_> = columns.iter().map(|column| Cell::dim(column.name)).collect();
    let line = |row: &Vec<Cell>| {
        let mut line = String::new();
        for (position, &n) in shown.iter().enumerate() {
            let (cell, width) = (&row[n], widths[n]);
            let text = text::truncate(&cell.text, width, Tabs::Keep);
            let (style, pad) = (cell.style, width - text.width().min(width));
            let is_last = position + 1 == shown.len();
            line += &if columns[n].is_number {
                format!("{:pad$}{style}{text}{style:#}", "")
            } else if is_last {
                format!("{style}{text}{style:#}")
            } else {
                format!("{style}{text}{style:#}{:pad$}", "")
            };
            if !is_last {
                line += &" ".repeat(GAP);
            }
        }
        line
    };
    [&heading].into_iter().chain(rows).map(line).collect()
}

/// Narrows the columns, the widest first, then leaves out those with the highest rank, until the table fits. Returns the remaining columns.
fn fit(columns: &[Column], widths: &mut [usize], max_width: usize) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    loop {
        let total = |widths: &[usize]| {
            shown.iter().map(|&n| widths[n]).sum::<usize>() + GAP * shown.len().saturating_sub(1)
        };
        let excess = total(widths).saturating_sub(max_width);
        let leave_out =
            shown.iter().copied().filter(|&n| columns[n].rank > 0).max_by_key(|&n| columns[n].rank);
        // The last column that remains is narrowed below the minimum.
        let minimum = if leave_out.is_some() { MIN_CELL_WIDTH } else { 1 };
        let narrowed: Vec<_> =
            shown.iter().copied().filter(|&n| columns[n].shrinks || leave_out.is_none()).collect();
        let slack: usize = narrowed.iter().map(|&n| widths[n].saturating_sub(minimum)).sum();
        match leave_out {
            Some(column) if slack < excess => shown.retain(|&n| n != column),
            _ => {
                for _ in 0..excess {
                    let widest = narrowed.iter().copied().filter(|&n| widths[n] > minimum);
                    let Some(widest) = widest.max_by_key(|&n| widths[n]) else { break };
                    widths[widest] -= 1;
                }
                return shown;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [Column::shrinking("NAME"), Column::new("STATUS", 1), Column::new("ID", 2)];

    fn table(width: Option<usize>) -> Vec<String> {
        let row = |name, status| vec![Cell::plain(name), Cell::plain(status), Cell::plain("0123456789")];
        let rows = [row("Nightly warehouse load", "running"), row("日本の仕事", "idle")];
        lines(&COLUMNS, &rows, width)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect()
    }

    #[test]
    fn table_without_a_terminal_is_complete() {
        let lines = table(None);
        assert_eq!(lines[0], "NAME                    STATUS   ID");
        assert_eq!(lines[1], "Nightly warehouse load  running  0123456789");
        assert_eq!(lines[2], "日本の仕事              idle     0123456789");
    }

    #[test]
    fn widest_column_is_narrowed_first() {
        let columns = [Column::shrinking("NAME"), Column { shrinks: true, ..Column::new("NEXT RUN", 1) }];
        let rows = [vec![Cell::plain("a".repeat(30)), Cell::plain("b".repeat(60))]];
        let widths = |width| {
            let lines = lines(&columns, &rows, Some(width));
            let row = anstream::adapter::strip_str(&lines[1]).to_string();
            row.split_whitespace().map(UnicodeWidthStr::width).collect::<Vec<_>>()
        };
        assert_eq!([widths(72), widths(42), widths(18)], [[30, 40], [20, 20], [8, 8]]);
        assert_eq!(widths(17), [17], "below its minimum a column is left out");
    }

    #[test]
    fn table_fits_the_terminal() {
        for width in 1..60 {
            for line in table(Some(width)) {
                assert!(line.trim_end().width() <= width.max(1), "{width}: {line:?}");
            }
        }
        assert_eq!(table(Some(30))[1], "Nightly …  running  0123456789");
        assert_eq!(table(Some(20))[1], "Nightly wa…  running");
    }
}
