//! Steps of `cargo xtask test` that run tests in Rust.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    counts::Counts,
    process::cargo,
    setup::Tools,
    workspace::{self, TestProgram},
};

/// The package of the tests that start the programs of others.
const TOGETHER: &str = "tests";

pub(crate) fn test_native(_: &Tools) -> Result<Counts> {
    let programs = workspace::build()?;
    let (_, programs): (Vec<_>, Vec<_>) = programs.into_iter().partition(is_together);
    let mut counts = Counts::default();
    for program in &programs {
        counts += run_and_count(&mut command(program))?;
    }
    counts += run_and_count(&mut cargo("test --workspace --exclude xtask --doc --no-fail-fast"))?;
    counts += run_and_count(&mut cargo("test --package xtask"))?;
    Ok(counts)
}

pub(crate) fn test_wasm(tools: &Tools) -> Result<Counts> {
    let mut test = cargo("test --package txjobs-console --target wasm32-unknown-unknown --no-fail-fast");
    let runner = tools.build.wasm_bindgen.join("wasm-bindgen-test-runner");
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    test.env("CHROMEDRIVER", &tools.test.browser.driver);
    run_and_count(&mut test)
}

pub(crate) fn test_together(tools: &Tools) -> Result<Counts> {
    let mut counts = Counts::default();
    for program in workspace::build()?.iter().filter(|program| is_together(program)) {
        let mut test = command(program);
        test.env("TXJOBS_BROWSER", &tools.test.browser.browser);
        test.env("TXJOBS_DRIVER", &tools.test.browser.driver).env("TXJOBS_AXE", tools.test.axe());
        // Most of these tests wait for a server.
        test.env("RUST_TEST_THREADS", "8");
        counts += run_and_count(&mut test)?;
    }
    Ok(counts)
}

fn is_together(program: &TestProgram) -> bool {
    program.package_folder.ends_with(TOGETHER)
}

/// Returns the command that runs a test program as cargo does.
fn command(program: &TestProgram) -> Command {
    println!("\n{}", program.file.strip_prefix(Path::new("target")).unwrap_or(&program.file).display());
    let mut command = Command::new(&program.file);
    command.current_dir(&program.package_folder).env("CARGO_MANIFEST_DIR", &program.package_folder);
    command
}

/// Runs a test command, shows its output, and adds up the numbers of its `test result` lines.
fn run_and_count(command: &mut Command) -> Result<Counts> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut counts = Counts::default();
    let mut stdout = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        stdout.write_all(&line)?;
        stdout.write_all(b"\n")?;
        if let Some(result) = String::from_utf8_lossy(&line).trim_start().strip_prefix("test result:") {
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
        }
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        bail!("cargo failed before a test did ({status})");
    }
    if status.success() && counts.passed == 0 {
        bail!("no test ran");
    }
    Ok(counts)
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_line_of_a_test_program_is_parsed() {
        let line = " FAILED. 12 passed; 3 failed; 0 ignored; 0 measured";
        assert_eq!(number_before(line, " passed"), 12);
        assert_eq!(number_before(line, " failed"), 3);
    }
}
