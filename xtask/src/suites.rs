//! Steps of `cargo xtask test` that run `cargo test`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    counts::Counts,
    process::{self, cargo},
    setup::Tools,
};

pub(crate) fn test_native(_: &Tools) -> Result<Counts> {
    run_and_count(&mut cargo("test --workspace --exclude txjobs-tests --no-fail-fast"))
}

pub(crate) fn test_wasm(tools: &Tools) -> Result<Counts> {
    let mut test = cargo("test --package txjobs-console --target wasm32-unknown-unknown --no-fail-fast");
    let runner = tools.build.wasm_bindgen.join("wasm-bindgen-test-runner");
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    test.env("CHROMEDRIVER", &tools.test.browser.driver);
    run_and_count(&mut test)
}

pub(crate) fn test_together(tools: &Tools) -> Result<Counts> {
    // The tests start these programs.
    process::run(&mut cargo("build --package txjobs-gateway --package txjobs"))?;
    process::run(&mut cargo("build --package txjobs-sdk --examples"))?;
    let mut test = cargo("test --package txjobs-tests --no-fail-fast");
    // More browsers than cores would wait for each other.
    test.env("RUST_TEST_THREADS", "2");
    test.env("TXJOBS_BROWSER", &tools.test.browser.browser).env("TXJOBS_DRIVER", &tools.test.browser.driver);
    test.env("TXJOBS_AXE", tools.test.axe());
    run_and_count(&mut test)
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
