//! The commands, options, and paths that pages name.

use std::collections::BTreeSet;

use super::{
    files::Files,
    page::{Block, Content, Page},
    programs::{NAMES, Programs},
    shell,
};

/// The folder of the pages that describe the command lines completely.
const REFERENCE: &str = "docs/reference/";
/// The changelog, which may name removed options and files.
const CHANGELOG: &str = "CHANGELOG.md";
/// Commands of the shell that need no check.
const SHELL: &[&str] = &["export", "cd"];
/// Options of every program, which no page describes.
const COMMON: &[&str] = &["--help", "--version"];

/// Compares pages with what the programs and the repository have.
pub(super) struct Checker<'a> {
    pub(super) programs: &'a Programs,
    pub(super) files: &'a Files,
    pub(super) packages: &'a BTreeSet<String>,
}

impl Checker<'_> {
    /// Finds the commands, options, and paths of a page that do not exist, and counts all commands.
    pub(super) fn page_problems(&self, page: &Page, count: &mut usize) -> Vec<String> {
        let mut problems = Vec::new();
        for block in &page.blocks {
            let found = self.block_problems(block, count);
            problems.extend(found.iter().map(|problem| page.problem(block.line, problem)));
        }
        for code in page.inline.iter().filter(|_| page.path != CHANGELOG) {
            let found = self.inline_problems(page, &code.text, count);
            problems.extend(found.iter().map(|problem| page.problem(code.line, problem)));
        }
        problems
    }

    fn block_problems(&self, block: &Block, count: &mut usize) -> Vec<String> {
        match (block.language.as_str(), &block.content) {
            ("", _) => vec!["the code block has no language; add one, such as ```text".to_owned()],
            ("text", Content::Syntax) => {
                let lines = block.code.lines().map(|line| line.split("  ").next().unwrap_or_default());
                let lines = lines.filter(|line| !line.trim().is_empty());
                self.shell_problems(
                    &lines.collect::<Vec<_>>().join("\n").replace(['[', ']'], ""),
                    false,
                    count,
                )
            }
            ("sh", Content::Hidden) => Vec::new(),
            ("sh", content) => self.shell_problems(&block.code, *content == Content::Plain, count),
            _ => Vec::new(),
        }
    }

    /// Checks every command of shell code. With `must_know`, an unknown command is a problem.
    fn shell_problems(&self, code: &str, must_know: bool, count: &mut usize) -> Vec<String> {
        match shell::commands(code) {
            Ok(commands) => {
                commands.iter().flat_map(|words| self.command_problems(words, must_know, count)).collect()
            }
            Err(line) => vec![format!("cannot parse the shell command: {line}")],
        }
    }

    fn inline_problems(&self, page: &Page, code: &str, count: &mut usize) -> Vec<String> {
        let first = code.split_whitespace().next().unwrap_or_default();
        if NAMES.contains(&first) || code.starts_with("cargo ") {
            return self.shell_problems(code, false, count);
        }
        if first.starts_with("--") && page.path.starts_with("docs/") && !page.path.starts_with("docs/dev") {
            let option = first.split('=').next().unwrap_or_default();
            let is_known = self.programs.have_option(option);
            return if is_known { Vec::new() } else { vec![format!("no program has the option {option}")] };
        }
        let is_path = !code.contains([' ', '*', '…', '<', '{', '$']) && self.files.is_inside(code);
        if is_path && !self.files.has(code) { vec![format!("{code} does not exist")] } else { Vec::new() }
    }

    fn command_problems(&self, words: &[String], must_know: bool, count: &mut usize) -> Vec<String> {
        let Some((program, arguments)) = words.split_first() else { return Vec::new() };
        if let Some(syntax) = self.programs.programs.get(program) {
            *count += 1;
            return syntax.problems(program, arguments);
        }
        match program.as_str() {
            "cargo" => {
                *count += 1;
                self.cargo_problems(arguments)
            }
            "python3" | "node" | "sh" => {
                *count += 1;
                let script = arguments.first().filter(|script| self.files.is_inside(script));
                let missing = script.filter(|script| !self.files.has_file(script));
                missing.map(|script| format!("{script} does not exist")).into_iter().collect()
            }
            known if SHELL.contains(&known) || !must_know => Vec::new(),
            other => vec![format!(
                "the command {other} is not checked: mark the block to run it, or mark it with the reason why it cannot run"
            )],
        }
    }

    fn cargo_problems(&self, arguments: &[String]) -> Vec<String> {
        let Some((command, rest)) = arguments.split_first() else { return Vec::new() };
        if command == "xtask" {
            return self.xtask_problems(rest);
        }
        let mut problems = Vec::new();
        for (option, value) in rest.iter().zip(rest.iter().skip(1)) {
            let exists = match option.as_str() {
                "--" => break,
                "--package" | "-p" => self.packages.contains(value),
                "--path" => self.files.has_file(&format!("{value}/Cargo.toml")),
                "--example" => self.files.has_ending(&format!("/examples/{value}.rs")),
                "--test" => ["", "/main"]
                    .iter()
                    .any(|main| self.files.has_ending(&format!("/tests/{value}{main}.rs"))),
                _ => true,
            };
            if !exists {
                problems.push(format!("cargo {command}: {option} {value} does not exist"));
            }
        }
        problems
    }

    fn xtask_problems(&self, words: &[String]) -> Vec<String> {
        let Programs { xtask, test_steps, .. } = self.programs;
        let mut problems = xtask.problems("cargo xtask", words);
        let Some((command, rest)) = words.split_first() else { return problems };
        let steps =
            rest.iter().filter(|word| command == "test" && !word.starts_with("--") && *word != "STEP");
        let unknown = steps.filter(|step| !test_steps.contains(*step));
        problems.extend(unknown.map(|step| format!("cargo xtask test has no step {step}")));
        problems
    }

    /// Finds the options and commands that the reference page of a program does not name. A page may leave options to a
    /// reference page to which it links.
    pub(super) fn missing_in_reference(&self, page: &Page, pages: &[Page]) -> Vec<String> {
        let program = page.path.strip_prefix(REFERENCE).and_then(|name| name.strip_suffix(".md"));
        let Some((program, syntax)) = program.and_then(|name| self.programs.programs.get_key_value(name))
        else {
            return Vec::new();
        };
        let linked = pages.iter().filter(|other| {
            let name = other.path.strip_prefix(REFERENCE).unwrap_or("/");
            page.links.iter().any(|link| link.text.split('#').next() == Some(name))
        });
        let named: BTreeSet<_> = linked.chain([page]).flat_map(Page::code_words).collect();
        let options = syntax.long_options().into_iter().filter(|option| !COMMON.contains(option));
        let commands = syntax.commands.keys().map(String::as_str);
        let missing = options.chain(commands).filter(|word| !named.contains(word));
        missing
            .map(|word| page.problem(1, &format!("{program} has {word}, which this page does not name")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Checker, Files, Page, Programs};
    use crate::docs::programs::Syntax;

    fn with_checker<T>(test: impl FnOnce(&Checker<'_>) -> T) -> T {
        let help = "Commands:\n  run  Run\n\nOptions:\n      --no-wait  Leave\n  -h, --help  Help\n";
        let mut txjobs = Syntax::parse(help).0;
        txjobs.commands.insert("run".to_owned(), Syntax::parse(help).0);
        let test_syntax =
            Syntax { options: BTreeMap::from([("--help".to_owned(), false)]), ..Syntax::default() };
        let xtask =
            Syntax { commands: BTreeMap::from([("test".to_owned(), test_syntax)]), ..Syntax::default() };
        let programs = Programs {
            programs: BTreeMap::from([("txjobs".to_owned(), txjobs)]),
            xtask,
            test_steps: BTreeSet::from(["native".to_owned()]),
        };
        let files = Files::new(["tests/load/logs.py", "crates/cli/Cargo.toml", "tests/tests/cli/main.rs"]);
        let packages = BTreeSet::from(["txjobs".to_owned()]);
        test(&Checker { programs: &programs, files: &files, packages: &packages })
    }

    fn problems(text: &str) -> Vec<String> {
        with_checker(|checker| checker.page_problems(&Page::parse("docs/a.md", text), &mut 0))
    }

    fn in_block(line: &str) -> Vec<String> {
        problems(&format!("```sh\n{line}\n```\n"))
    }

    #[test]
    fn existing_commands_options_and_paths_have_no_problems() {
        for line in [
            "export A=b",
            "txjobs run 'a job' --no-wait",
            "cargo xtask test native --help",
            "cargo install --path crates/cli",
            "cargo test -p txjobs --test cli",
            "cargo run --package txjobs -- --package none",
            "python3 tests/load/logs.py x",
        ] {
            assert_eq!(in_block(line), [] as [&str; 0], "{line}");
        }
        assert_eq!(problems("`txjobs run JOB` `--no-wait` `tests/load` `x/y`"), [] as [&str; 0]);
    }

    #[test]
    fn wrong_commands_options_and_paths_are_problems() {
        for (line, problem) in [
            ("txjobs run x --nowait", "txjobs run has no option --nowait"),
            ("txjobs start x", "txjobs has no command start"),
            ("cargo xtask tset", "cargo xtask has no command tset"),
            ("cargo xtask test nativ", "cargo xtask test has no step nativ"),
            ("cargo xtask test --lst", "cargo xtask test has no option --lst"),
            ("cargo test -p other", "cargo test: -p other does not exist"),
            ("cargo install --path crates/x", "cargo install: --path crates/x does not exist"),
            ("python3 tests/load/log.py", "tests/load/log.py does not exist"),
            (
                "rm -r x",
                "the command rm is not checked: mark the block to run it, or mark it with the reason why it cannot run",
            ),
        ] {
            assert_eq!(in_block(line), [format!("docs/a.md:1: {problem}")], "{line}");
        }
        assert_eq!(problems("`--wait`"), ["docs/a.md:1: no program has the option --wait"]);
        assert_eq!(problems("`tests/lod/x.py`"), ["docs/a.md:1: tests/lod/x.py does not exist"]);
        assert_eq!(problems("`txjobs start`"), ["docs/a.md:1: txjobs has no command start"]);
        assert_eq!(
            problems("```\nls\n```"),
            ["docs/a.md:1: the code block has no language; add one, such as ```text"]
        );
    }

    #[test]
    fn reference_page_must_name_every_command_and_option() {
        let missing = |text: &str| {
            let page = Page::parse("docs/reference/txjobs.md", text);
            with_checker(|checker| checker.missing_in_reference(&page, &[]))
        };
        assert_eq!(missing("`run` `--no-wait`"), [] as [&str; 0]);
        assert_eq!(
            missing("`run`"),
            ["docs/reference/txjobs.md:1: txjobs has --no-wait, which this page does not name"]
        );
        assert_eq!(missing("`--no-wait`").len(), 1);
    }
}
