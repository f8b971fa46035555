//! Configurations, JSON, and Rust code within pages.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::page::{Block, Content, Page};
use crate::process;

/// Marks a configuration that only the emulator reads.
const SCRIPT: &str = "[organization.job.script";

/// Stands for each secret of an example.
const SECRET: &str = "https://example.com/secret-of-a-guide";

/// Marks a configuration that only a gateway with the feature `kubernetes` accepts. The tests of that feature read its guide.
const KUBERNETES: &str = "[organization.job.kubernetes]";

/// Finds wrong configurations, JSON, and Rust code, and counts all of them.
pub(super) fn problems(page: &Page, built: &Path, data: &Path, count: &mut usize) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for block in &page.blocks {
        if block.code.contains(KUBERNETES) {
            continue;
        }
        let problem = match (block.language.as_str(), &block.content) {
            ("toml", _) if block.code.contains("[[organization]]") => config_problem(block, built, data)?,
            ("json", _) => {
                serde_json::from_str::<serde_json::Value>(&block.code).err().map(|e| e.to_string())
            }
            ("rust", Content::SameAs(file)) => difference(file, &block.code)?,
            ("rust", _) => Some("name the file that has the same code, so that it is compiled".to_owned()),
            _ => continue,
        };
        *count += 1;
        problems.extend(problem.map(|problem| page.problem(block.line, &problem)));
    }
    Ok(problems)
}

/// Lets the program that reads the configuration check it.
fn config_problem(block: &Block, built: &Path, data: &Path) -> Result<Option<String>> {
    let folder = data.join("config");
    fs::create_dir_all(&folder)?;
    // A working directory must exist.
    for line in block.code.lines() {
        let directory = line.strip_prefix("directory = \"").and_then(|rest| rest.split('"').next());
        directory.map(|name| fs::create_dir_all(folder.join(name))).transpose()?;
    }
    // A secret, too. It may be the address of a webhook.
    for secret in secrets(&block.code, "${file:") {
        fs::write(folder.join(secret), SECRET)?;
    }
    let config = folder.join("gateway.toml");
    fs::write(&config, &block.code)?;
    let program = if block.code.contains(SCRIPT) { "txjobs-emulator" } else { "txjobs-gateway" };
    let mut check = Command::new(built.join(program));
    check.envs(secrets(&block.code, "${env:").map(|name| (name, SECRET)));
    let result = process::output(check.args(["check", "--config"]).arg(&config));
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    Ok(result.err().map(|error| format!("{error:#}")))
}

/// Returns what stands for secrets of this kind.
fn secrets<'a>(code: &'a str, start: &'static str) -> impl Iterator<Item = &'a str> {
    code.split(start).skip(1).filter_map(|rest| rest.split('}').next())
}

/// Compares code with a file, whose introduction and whose first empty lines do not count.
fn difference(file: &str, code: &str) -> Result<Option<String>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let lines = text.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    let differs = lines.ne(code.lines());
    Ok(differs.then(|| format!("the code differs from {file}")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Page, problems};

    fn problems_of(text: &str) -> Vec<String> {
        problems(&Page::parse("a.md", text), Path::new(""), Path::new(""), &mut 0).unwrap()
    }

    #[test]
    fn json_must_be_valid() {
        assert_eq!(problems_of("```json\n{ \"a\": 1 }\n```"), [] as [&str; 0]);
        assert_eq!(problems_of("```json\n{ a: 1 }\n```").len(), 1);
    }

    #[test]
    fn rust_code_must_be_that_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rs");
        std::fs::write(&file, "//! Text.\n\nfn a() {}\n").unwrap();
        let block = |code| format!("<!-- same as: {} -->\n\n```rust\n{code}\n```", file.display());
        assert_eq!(problems_of(&block("fn a() {}")), [] as [&str; 0]);
        assert_eq!(problems_of(&block("fn b() {}")).len(), 1);
        assert_eq!(problems_of("```rust\nfn a() {}\n```").len(), 1);
    }
}
