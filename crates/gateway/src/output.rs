//! The output of commands.

use std::io::{ErrorKind, IsTerminal, Write};

use anyhow::{Context, Result};

/// Writes lines to standard output. A closed pipe is not an error.
///
/// # Errors
///
/// Fails if the lines cannot be written.
pub fn print(lines: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("The output could not be written")
        }
        _ => Ok(()),
    }
}

/// Writes a table to standard output: on a terminal with its header and aligned columns, and otherwise, for other programs, without
/// the header and with one tab between columns.
///
/// # Errors
///
/// Fails if the table cannot be written.
pub fn print_table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> Result<()> {
    let is_terminal = std::io::stdout().is_terminal();
    print(&if is_terminal && !rows.is_empty() { aligned(header, rows) } else { separated_by_tabs(rows) })
}

fn separated_by_tabs<const N: usize>(rows: &[[String; N]]) -> String {
    rows.iter().map(|row| row.join("\t") + "\n").collect()
}

fn aligned<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let header = header.map(str::to_uppercase);
    let lines = || std::iter::once(&header).chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        lines().map(|line| line[column].chars().count()).max().unwrap_or_default()
    });
    let line = |line: &[String; N]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    lines().map(line).collect()
}

/// Writes a message to standard error. Ignores failures, because there is no other place to report them.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_aligned_for_people_and_separated_by_tabs_for_programs() {
        let rows =
            [["Contoso", "laptop", ""], ["Gr\u{f6}n", "a key", "used"]].map(|row| row.map(str::to_owned));
        assert_eq!(separated_by_tabs(&rows), "Contoso\tlaptop\t\nGr\u{f6}n\ta key\tused\n");
        assert_eq!(
            aligned(["organization", "name", "use"], &rows),
            "ORGANIZATION  NAME    USE\nContoso       laptop\nGr\u{f6}n          a key   used\n"
        );
    }
}
