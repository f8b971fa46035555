//! `cargo xtask test`: runs all checks and tests.

use std::{process::ExitCode, time::Instant};

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::{
    assistant, checks, clients, console,
    counts::Counts,
    docs, fuzz, postman, recipes,
    setup::{self, Tools},
    suites,
};

const HELP: &str = "\
Runs all checks and tests, and prints how many passed and failed.

Usage: cargo xtask test [STEP ...]

Without a step, all steps run, in the order below. The exit code is 0 if everything passed.

Steps:";

struct Step {
    name: &'static str,
    description: &'static str,
    run: fn(&Tools) -> Result<Counts>,
}

const fn step(name: &'static str, description: &'static str, run: fn(&Tools) -> Result<Counts>) -> Step {
    Step { name, description, run }
}

const STEPS: &[Step] = &[
    step("format", "the code is formatted", checks::check_format),
    step("spelling", "no word is misspelled or British", checks::check_spelling),
    step("contract", "openapi.yaml and admin.yaml have no lint warning", checks::check_contract),
    step("tree", "the SDK without its client has no HTTP client", checks::check_dependencies),
    step("clippy", "the code has no clippy warning", checks::check_clippy),
    step("clippy-wasm", "the code for WebAssembly has no clippy warning", checks::check_clippy_for_wasm),
    step("docs", "the code's documentation builds without a warning", checks::check_rustdoc),
    step("package", "the SDK's package builds without the repository", checks::check_package),
    step("native", "unit and integration tests of each crate", suites::test_native),
    step("wasm", "tests of the console in a browser", suites::test_wasm),
    step("console", "the console builds and is not larger than its limit", console::check_size),
    step("e2e", "tests of the programs together, with a browser", suites::test_together),
    step("postman", "the Postman collection works with an emulator", postman::check),
    step("clients", "generated clients in other languages work", clients::check),
    step("assistant", "an assistant can use the tools of txjobs mcp", assistant::check),
    step("guides", "the links, commands, and examples of the documentation are right", docs::check),
    step("recipes", "the examples of docs/guides/test-your-client.md work", recipes::check),
    step("fuzz", "generated requests get the responses of openapi.yaml", fuzz::check_contract),
    step("fuzz-admin", "generated requests get the responses of admin.yaml", fuzz::check_admin),
    // Last, because it builds the gateway with other features.
    step(
        "features",
        "the gateway with its optional features exports traces and runs Jobs",
        checks::check_features,
    ),
];

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut names = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => {
                println!("{HELP}");
                STEPS.iter().for_each(|step| println!("  {:<12} {}", step.name, step.description));
                return Ok(ExitCode::SUCCESS);
            }
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(name) = names.iter().find(|name| STEPS.iter().all(|step| step.name != *name)) {
        bail!("no step is named {name:?}; see cargo xtask test --help");
    }
    let tools = setup::install_all()?;
    let is_selected = |step: &&Step| names.is_empty() || names.iter().any(|name| step.name == name);
    let mut total = Counts::default();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(is_selected) {
        let counts = run_step(step, &tools);
        total += counts;
        if counts.failed > 0 {
            failed.push(step.name);
        }
    }
    if let Some(first) = failed.first() {
        println!("\nfailed: {}. Run one step alone: cargo xtask test {first}", failed.join(", "));
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_step(step: &Step, tools: &Tools) -> Counts {
    println!("\n== {}: {}", step.name, step.description);
    let start = Instant::now();
    let counts = (step.run)(tools).unwrap_or_else(|error| {
        println!("{}: {error:#}", step.name);
        Counts { passed: 0, failed: 1 }
    });
    println!("-- {}: {} s", step.name, start.elapsed().as_secs());
    counts
}
