//! `cargo xtask test`: every check and test, and one closing line.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    checks, clients, console, postman, recipes,
    run::cargo,
    setup::{self, BuildTools, TestTools},
};

/// What every step may use.
pub(crate) struct Tools {
    pub(crate) build: BuildTools,
    pub(crate) test: TestTools,
}

/// One step: a name to ask for it, what it shows, and how.
type Step = (&'static str, &'static str, fn(&Tools) -> Result<Counts>);

const STEPS: &[Step] = &[
    ("format", "the code is formatted", checks::format),
    ("contract", "openapi.yaml and admin.yaml pass the linter", checks::contract),
    ("tree", "the SDK without its client has no HTTP client", checks::tree),
    ("clippy", "clippy is content, natively", checks::clippy),
    ("clippy-wasm", "clippy is content, for WebAssembly", checks::clippy_wasm),
    ("docs", "the documentation builds without a warning", checks::docs),
    ("package", "the SDK's package builds alone", checks::package),
    ("native", "native tests", native),
    ("wasm", "the console's tests in a browser", wasm),
    ("console", "the console builds, and what it weighs", size),
    ("e2e", "everything together: binaries, requests, a browser", e2e),
    ("postman", "the Postman collection works against the gateway", postman::check),
    ("clients", "generated clients in other languages work", clients::run),
    ("recipes", "the test suites of docs/gateway.md work", recipes::run),
    ("fuzz", "schemathesis finds nothing in the seven operations", checks::fuzz),
    ("fuzz-admin", "schemathesis finds nothing in /admin", checks::fuzz_admin),
];

/// How many tests passed and failed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    pub(crate) const ONE: Self = Self { passed: 1, failed: 0 };
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut wanted = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("list") => {
                STEPS.iter().for_each(|(name, shows, _)| println!("{name:<12} {shows}"));
                return Ok(ExitCode::SUCCESS);
            }
            Value(name) => wanted.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(unknown) = wanted.iter().find(|name| STEPS.iter().all(|(step, ..)| step != name)) {
        bail!("there is no step {unknown:?}; see cargo xtask test --list");
    }
    let tools = Tools { build: setup::for_building()?, test: setup::for_testing()? };

    let mut total = Counts::default();
    let mut failed = Vec::new();
    for (name, shows, step) in
        STEPS.iter().filter(|(name, ..)| wanted.is_empty() || wanted.iter().any(|w| w == name))
    {
        println!("\n== {name}: {shows}");
        let start = Instant::now();
        match step(&tools) {
            Ok(counts) => {
                total.passed += counts.passed;
                total.failed += counts.failed;
                if counts.failed > 0 {
                    failed.push(*name);
                }
            }
            Err(error) => {
                println!("{name}: {error:#}");
                total.failed += 1;
                failed.push(*name);
            }
        }
        println!("-- {name}: {} s", start.elapsed().as_secs());
    }
    if !failed.is_empty() {
        println!("\nfailed: {}. One alone: cargo xtask test {}", failed.join(", "), failed[0]);
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn native(_: &Tools) -> Result<Counts> {
    counted(cargo().args(["test", "--workspace", "--exclude", "txjobs-tests", "--no-fail-fast"]))
}

fn wasm(tools: &Tools) -> Result<Counts> {
    let mut test = cargo();
    test.args([
        "test",
        "--package",
        "txjobs-console",
        "--target",
        "wasm32-unknown-unknown",
        "--no-fail-fast",
    ]);
    test.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        tools.build.wasm_bindgen.join("wasm-bindgen-test-runner"),
    );
    test.env("CHROMEDRIVER", &tools.test.browser.driver);
    counted(&mut test)
}

fn size(tools: &Tools) -> Result<Counts> {
    console::build(&tools.build)?;
    console::weigh()?;
    Ok(Counts::ONE)
}

fn e2e(tools: &Tools) -> Result<Counts> {
    // The tests start what was built beside them.
    crate::run::run(cargo().args(["build", "--package", "txjobs-gateway", "--package", "txjobs-emulator", "--package", "txjobs"]))?;
    crate::run::run(cargo().args(["build", "--package", "txjobs-sdk", "--examples"]))?;
    let mut test = cargo();
    test.args(["test", "--package", "txjobs-tests", "--no-fail-fast"]);
    // More browsers than cores only wait for one another.
    test.env("RUST_TEST_THREADS", "2");
    test.env("TXJOBS_BROWSER", &tools.test.browser.browser).env("TXJOBS_DRIVER", &tools.test.browser.driver);
    test.env("TXJOBS_AXE", &tools.test.axe);
    counted(&mut test)
}

/// Runs a test command, shows its output as it comes, and adds up its `test result` lines.
fn counted(command: &mut Command) -> Result<Counts> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut counts = Counts::default();
    let mut out = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        let line = String::from_utf8_lossy(&line);
        if let Some(result) = line.trim_start().strip_prefix("test result:") {
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
        }
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        // It did not get as far as a failing test.
        bail!("{} failed ({status})", OsString::from(command.get_program()).display());
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
mod unit {
    #[test]
    fn libtest_s_closing_line_is_read() {
        let line = " FAILED. 12 passed; 3 failed; 0 ignored; 0 measured";
        assert_eq!(super::number_before(line, " passed"), 12);
        assert_eq!(super::number_before(line, " failed"), 3);
    }
}
