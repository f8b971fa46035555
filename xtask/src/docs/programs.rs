//! The commands and options of the programs, read from their `--help`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::Path,
    process::Command,
};

use anyhow::Result;

use crate::process;

/// The programs that this repository builds for its users.
pub(super) const NAMES: &[&str] = &["txjobs", "txjobs-gateway", "txjobs-emulator"];

/// All programs that pages may use with options.
pub(super) struct Programs {
    pub(super) programs: BTreeMap<String, Syntax>,
    pub(super) xtask: Syntax,
    pub(super) test_steps: BTreeSet<String>,
}

/// What a program, or one of its commands, accepts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Syntax {
    /// Each option, and whether a value follows it.
    pub(super) options: BTreeMap<String, bool>,
    pub(super) commands: BTreeMap<String, Syntax>,
}

impl Programs {
    /// Reads the help of the programs in the folder `built`, and that of `xtask`.
    pub(super) fn read(built: &Path, xtask: &Path) -> Result<Self> {
        let read = |name: &&str| {
            let file = built.join(format!("{name}{}", env::consts::EXE_SUFFIX));
            Ok(((*name).to_owned(), Syntax::read(&file, &[])?))
        };
        let programs = NAMES.iter().map(read).collect::<Result<_>>()?;
        let help = |command: &[&str]| process::output(Command::new(xtask).args(command).arg("--help"));
        let mut syntax = Syntax::parse_loosely(&help(&[])?);
        for (name, command) in &mut syntax.commands {
            *command = Syntax::parse_loosely(&help(&[name])?);
        }
        let test_steps = names_below("Steps:", &help(&["test"])?);
        Ok(Self { programs, xtask: syntax, test_steps: test_steps.into_iter().collect() })
    }

    /// Returns whether any program has this option.
    pub(super) fn have_option(&self, option: &str) -> bool {
        self.programs.values().chain([&self.xtask]).any(|syntax| syntax.has_option(option))
    }
}

impl Syntax {
    /// Reads the help of a program, and that of each of its commands.
    fn read(program: &Path, commands: &[&str]) -> Result<Self> {
        let help = process::output(Command::new(program).args(commands).arg("--help"))?;
        let (mut syntax, names) = Self::parse(&help);
        for name in names.iter().filter(|name| *name != "help") {
            let below: Vec<&str> = commands.iter().copied().chain([name.as_str()]).collect();
            syntax.commands.insert(name.clone(), Self::read(program, &below)?);
        }
        Ok(syntax)
    }

    /// Reads the help of a program that uses clap: its options, and the names of its commands.
    pub(super) fn parse(help: &str) -> (Self, Vec<String>) {
        let mut options = BTreeMap::new();
        for line in help.lines() {
            let text = line.trim_start();
            // Descriptions that are wrapped, and examples, are indented less or more.
            if !text.starts_with('-') || !(2..=6).contains(&(line.len() - text.len())) {
                continue;
            }
            let words: Vec<_> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            let names = words.iter().take_while(|word| word.starts_with('-')).count();
            let takes_value = words.get(names).is_some_and(|word| word.starts_with('<'));
            // An optional value is written --option[=<VALUE>].
            let name = |word: &str| word.split('[').next().unwrap_or_default().to_owned();
            options.extend(words[..names].iter().map(|word| (name(word), takes_value)));
        }
        (Self { options, commands: BTreeMap::new() }, names_below("Commands:", help))
    }

    /// Reads a help text whose options may be anywhere.
    fn parse_loosely(help: &str) -> Self {
        let words = help.split([' ', '\n', '[', ']', '`']).filter(|word| word.starts_with("--"));
        let options = words.chain(["--help"]).map(|word| (word.to_owned(), false)).collect();
        let commands =
            names_below("Commands:", help).into_iter().map(|name| (name, Self::default())).collect();
        Self { options, commands }
    }

    /// Returns whether it, or one of its commands, has this option.
    pub(super) fn has_option(&self, option: &str) -> bool {
        self.options.contains_key(option) || self.commands.values().any(|c| c.has_option(option))
    }

    /// Returns every long option, also those of its commands.
    pub(super) fn long_options(&self) -> BTreeSet<&str> {
        let own = self.options.keys().map(String::as_str).filter(|name| name.starts_with("--"));
        own.chain(self.commands.values().flat_map(Self::long_options)).collect()
    }

    /// Finds the words that it does not accept.
    pub(super) fn problems(&self, program: &str, words: &[String]) -> Vec<String> {
        let mut problems = Vec::new();
        let (mut name, mut syntax) = (program.to_owned(), self);
        let mut words = words.iter().take_while(|word| *word != "--");
        while let Some(word) = words.next() {
            if word.starts_with('-') && word.len() > 1 {
                let (option, value) =
                    word.split_once('=').map_or((word.as_str(), None), |(o, v)| (o, Some(v)));
                match syntax.options.get(option) {
                    None => problems.push(format!("{name} has no option {option}")),
                    Some(true) if value.is_none() => drop(words.next()),
                    Some(_) => {}
                }
            } else if let Some(command) = syntax.commands.get(word) {
                name = format!("{name} {word}");
                syntax = command;
            } else if !syntax.commands.is_empty() {
                problems.push(format!("{name} has no command {word}"));
                break;
            }
        }
        problems
    }
}

/// Returns the first words of the lines below a heading.
fn names_below(heading: &str, help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| line.starts_with(' '));
    let names = lines.filter(|line| !line.starts_with("   ")).filter_map(first_word);
    names.map(str::to_owned).collect()
}

fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::Syntax;

    const HELP: &str = "\
A server

Usage: server <COMMAND>

Commands:
  serve  Serve until Ctrl-C, on the
         given port
  keys   Manage keys

Options:
  -p, --port <NUMBER>  The port [default: 1]
      --demo           Demo, like
                       --port
  -h, --help           Print help

--other is explained elsewhere.
";

    fn server() -> Syntax {
        let (mut syntax, names) = Syntax::parse(HELP);
        syntax.commands = names.into_iter().map(|name| (name, Syntax::parse(HELP).0)).collect();
        syntax
    }

    fn problems(line: &str) -> Vec<String> {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        server().problems("server", &words)
    }

    #[test]
    fn options_and_commands_are_read_from_a_help_text() {
        let (syntax, names) = Syntax::parse(HELP);
        let options: Vec<_> = syntax.options.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(
            options,
            [("--demo", false), ("--help", false), ("--port", true), ("-h", false), ("-p", true)]
        );
        assert_eq!(names, ["serve", "keys"]);
    }

    #[test]
    fn right_command_line_has_no_problems() {
        assert_eq!(problems("serve --port 7 --demo"), [] as [&str; 0]);
        assert_eq!(problems("--port=7 serve -p 7 text -- --any"), [] as [&str; 0]);
    }

    #[test]
    fn wrong_option_or_command_is_a_problem() {
        assert_eq!(problems("serve --prot 7"), ["server serve has no option --prot"]);
        assert_eq!(problems("sevre --port 7"), ["server has no command sevre"]);
        assert_eq!(problems("--port keys serve --x"), ["server serve has no option --x"]);
    }

    #[test]
    fn help_without_clap_is_read_loosely() {
        let syntax =
            Syntax::parse_loosely("Commands:\n  demo [--port N]  Starts\n  test  Tests, `--list`\n\nEnd");
        assert!(syntax.has_option("--port") && syntax.has_option("--list") && !syntax.has_option("--demo"));
        assert_eq!(syntax.commands.keys().collect::<Vec<_>>(), ["demo", "test"]);
    }
}
