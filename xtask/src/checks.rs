//! Steps of `cargo xtask test` that are one command each.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{
    counts::Counts,
    process::{self, cargo, program},
    setup::Tools,
    suites::TEST_THREADS,
};

pub(crate) fn check_format(_: &Tools) -> Result<Counts> {
    process::run(&mut cargo("fmt --all --check")).context("to format the code, run: cargo fmt --all")?;
    Ok(Counts::ONE_PASSED)
}

/// Checks the words in all files of the repository, as `.codespellrc` describes.
pub(crate) fn check_spelling(tools: &Tools) -> Result<Counts> {
    let files = process::output(&mut program("git", "ls-files"))?;
    let mut codespell = Command::new(tools.test.python.join("codespell"));
    let status = codespell.args(files.lines()).status().context("cannot start codespell")?;
    if !status.success() {
        bail!("codespell found the words above; add terms of others to .codespellrc");
    }
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_contract(tools: &Tools) -> Result<Counts> {
    let arguments = "lint --extends recommended --max-problems 100 openapi.yaml crates/emulator/admin.yaml";
    let mut lint = program(tools.test.redocly(), arguments);
    lint.env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").env("REDOCLY_TELEMETRY", "off");
    let output = lint.output().context("cannot start redocly")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    // The exit code is 0 if there are only warnings.
    if !output.status.success() || text.contains("Warning was generated") {
        bail!("redocly found a problem\n{text}");
    }
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_dependencies(_: &Tools) -> Result<Counts> {
    let tree = process::output(&mut cargo(
        "tree --package txjobs-sdk --no-default-features --target wasm32-unknown-unknown --edges normal --prefix none",
    ))?;
    for unwanted in ["reqwest", "hyper", "tokio", "progenitor", "gloo", "web-sys"] {
        if let Some(line) = tree.lines().find(|line| line.starts_with(unwanted)) {
            bail!("the SDK without its client depends on {line}");
        }
    }
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_clippy(_: &Tools) -> Result<Counts> {
    process::run(&mut cargo("clippy --workspace --all-targets -- --deny warnings"))?;
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_clippy_for_wasm(_: &Tools) -> Result<Counts> {
    for package in
        ["--package txjobs-sdk --no-default-features --lib", "--package txjobs-console --all-targets"]
    {
        let target = "--target wasm32-unknown-unknown -- --deny warnings";
        process::run(&mut cargo(&format!("clippy {package} {target}")))?;
    }
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_rustdoc(_: &Tools) -> Result<Counts> {
    let mut doc = cargo("doc --workspace --no-deps --document-private-items");
    process::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Counts::ONE_PASSED)
}

pub(crate) fn check_package(_: &Tools) -> Result<Counts> {
    // The repository may contain changes that are not committed yet.
    process::run(&mut cargo("package --package txjobs-sdk --allow-dirty --quiet"))?;
    Ok(Counts::ONE_PASSED)
}

/// Tests what only builds with optional features have. One build has all of them.
pub(crate) fn check_features(_: &Tools) -> Result<Counts> {
    process::run(&mut cargo(
        "clippy -p txjobs-gateway --features otel,kubernetes --all-targets --quiet -- -D warnings",
    ))?;
    let mut test = cargo(
        "test -p txjobs-gateway --features otel,kubernetes --lib --test schema --test otel --test kubernetes --quiet",
    );
    process::run(test.env("RUST_TEST_THREADS", TEST_THREADS))?;
    Ok(Counts::ONE_PASSED)
}
