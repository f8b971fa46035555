//! Steps of `cargo xtask test` that run tests in Rust.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    counts::Counts,
    process::cargo,
    setup::{Prometheus, Tools},
    workspace::{self, TestProgram},
};

/// The package of the tests that start the programs of others.
const TOGETHER: &str = "tests";

/// How many tests a program runs at once. Most of them wait for a server, a lease, or a pause.
pub(crate) const TEST_THREADS: &str = "8";

pub(crate) fn test_native(tools: &Tools) -> Result<Counts> {
    let programs = workspace::build()?;
    let programs = programs.iter().filter(|program| !is_together(program));
    let mut commands: Vec<_> = programs.map(|program| command(program, tools)).collect();
    commands.push(cargo("test --workspace --exclude xtask --doc --no-fail-fast"));
    commands.push(cargo("test --package xtask"));
    run_all(commands)
}

pub(crate) fn test_wasm(tools: &Tools) -> Result<Counts> {
    let mut test = cargo("test --package txjobs-console --target wasm32-unknown-unknown --no-fail-fast");
    let runner = tools.build.wasm_bindgen.join("wasm-bindgen-test-runner");
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    test.env("CHROMEDRIVER", &tools.test.browser.driver);
    run_all([test])
}

pub(crate) fn test_together(tools: &Tools) -> Result<Counts> {
    let programs = workspace::build()?;
    let programs = programs.iter().filter(|program| is_together(program));
    let commands = programs.map(|program| {
        let mut test = command(program, tools);
        test.env("TXJOBS_BROWSER", &tools.test.browser.browser);
        test.env("TXJOBS_DRIVER", &tools.test.browser.driver).env("TXJOBS_AXE", tools.test.axe());
        test.env("TXJOBS_FIREFOX", &tools.test.firefox.browser);
        test.env("TXJOBS_FIREFOX_DRIVER", &tools.test.firefox.driver);
        test
    });
    run_all(commands)
}

fn is_together(program: &TestProgram) -> bool {
    program.package_folder.ends_with(TOGETHER)
}

/// Returns the command that runs a test program as cargo does, with the servers that it can start.
fn command(program: &TestProgram, tools: &Tools) -> Command {
    let mut command = Command::new(&program.file);
    command.current_dir(&program.package_folder).env("CARGO_MANIFEST_DIR", &program.package_folder);
    if let Some(postgres) = &tools.test.postgres {
        command.env("TXJOBS_POSTGRES_BIN", &postgres.programs).env("TXJOBS_PGBOUNCER", &postgres.pgbouncer);
    }
    if let Some(Prometheus { prometheus, promtool }) = &tools.test.prometheus {
        command.env("TXJOBS_PROMETHEUS", prometheus).env("TXJOBS_PROMTOOL", promtool);
    }
    command.env("TXJOBS_SCHEMATHESIS", tools.test.python.join("schemathesis"));
    command.env("TXJOBS_KUBERNETES_VALIDATE", tools.test.python.join("kubernetes-validate"));
    command.env("RUST_TEST_THREADS", TEST_THREADS);
    command
}

/// Runs all commands, also after one has failed.
fn run_all(commands: impl IntoIterator<Item = Command>) -> Result<Counts> {
    let mut total = Counts::default();
    for mut command in commands {
        total += run_and_count(&mut command)?;
    }
    if total.passed + total.failed == 0 {
        bail!("no test ran");
    }
    Ok(total)
}

/// Runs a command, shows its output, and adds up the numbers of its `test result` lines. A command that fails without a
/// failed test counts as one.
fn run_and_count(command: &mut Command) -> Result<Counts> {
    let name = command.get_program().to_string_lossy().into_owned();
    println!("\n{name}");
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some(result) = line.trim_start().strip_prefix("test result:") {
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
        }
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        println!("{name} failed before a test did ({status})");
        counts.failed = 1;
    }
    Ok(counts)
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn result_line_of_a_test_program_is_parsed() {
        let line = " FAILED. 12 passed; 3 failed; 0 ignored; 0 measured";
        assert_eq!(number_before(line, " passed"), 12);
        assert_eq!(number_before(line, " failed"), 3);
    }

    #[test]
    fn commands_after_a_failed_or_empty_one_are_counted() {
        let no_test = shell("echo 'test result: ok. 0 passed; 0 failed'");
        let two_tests = shell("echo 'test result: FAILED. 1 passed; 1 failed'; exit 101");
        let crash = shell("exit 134");
        let one_test = shell("echo 'test result: ok. 1 passed; 0 failed'");
        let counts = run_all([no_test, two_tests, crash, one_test]).unwrap();
        assert_eq!((counts.passed, counts.failed), (2, 2));
    }

    #[test]
    fn suite_without_a_test_is_an_error() {
        assert!(run_all([shell("echo 'test result: ok. 0 passed; 0 failed'")]).is_err());
    }
}
