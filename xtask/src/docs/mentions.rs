//! Pages that comments and texts of the code name.

use std::fs;

use anyhow::{Context, Result};

use super::files::Files;

const ENDINGS: &[&str] = &[
    ".cs", ".css", ".go", ".html", ".js", ".mjs", ".ps1", ".py", ".rs", ".sh", ".sql", ".toml", ".ts",
    ".yaml",
];
/// The tests there name pages that do not exist.
const CHECKER: &str = "xtask/src/docs/";

/// Finds pages below `docs` that the code names and that do not exist.
pub(super) fn problems(files: &Files) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let code = files.iter().filter(|file| ENDINGS.iter().any(|ending| file.ends_with(ending)));
    for file in code.filter(|file| !file.starts_with(CHECKER)) {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        for (number, line) in text.lines().enumerate() {
            let missing = pages(line).filter(|page| !files.has_file(page));
            problems.extend(missing.map(|page| format!("{file}:{}: {page} does not exist", number + 1)));
        }
    }
    Ok(problems)
}

/// Returns the paths of pages in a line.
fn pages(line: &str) -> impl Iterator<Item = &str> {
    let is_separator = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '.' | '-' | '_');
    let words = line.split(is_separator).map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.starts_with("docs/") && word.ends_with(".md"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn pages_are_found_in_a_comment() {
        let line = "/// See `docs/reference/a-b.md`, (docs/c.md). Not x/docs/d.md or docs/e.";
        assert_eq!(super::pages(line).collect::<Vec<_>>(), ["docs/reference/a-b.md", "docs/c.md"]);
    }
}
