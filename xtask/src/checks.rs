//! Checks that are one command each.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    gateway::Gateway,
    run::{self, cargo},
    tests::{Counts, Tools},
};

const WASM: &str = "wasm32-unknown-unknown";

pub(crate) fn format(_: &Tools) -> Result<Counts> {
    run::run(cargo().args(["fmt", "--all", "--check"])).context("mend it with: cargo fmt --all")?;
    Ok(Counts::ONE)
}

pub(crate) fn contract(tools: &Tools) -> Result<Counts> {
    let mut lint = Command::new(tools.test.redocly.join("redocly"));
    lint.args(["lint", "--extends", "recommended", "--max-problems", "100", "openapi.yaml"]);
    lint.arg("crates/emulator/admin.yaml");
    // It would look for a newer version of itself.
    lint.env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").env("REDOCLY_TELEMETRY", "off");
    let said = lint.stdin(Stdio::null()).output().context("cannot start redocly")?;
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    // A warning counts as well: the linter exits with 0 then.
    if !said.status.success() || text.contains("Warning was generated") {
        bail!("the linter found something\n{text}");
    }
    Ok(Counts::ONE)
}

pub(crate) fn tree(_: &Tools) -> Result<Counts> {
    let arguments =
        ["tree", "--package", "txjobs-sdk", "--no-default-features", "--target", WASM, "--edges", "normal"];
    let tree = run::output(cargo().args(arguments).args(["--prefix", "none"]))?;
    for unwanted in ["reqwest", "hyper", "tokio", "progenitor", "gloo", "web-sys"] {
        if let Some(line) = tree.lines().find(|line| line.starts_with(unwanted)) {
            bail!("the SDK without its client depends on {line}");
        }
    }
    Ok(Counts::ONE)
}

pub(crate) fn clippy(_: &Tools) -> Result<Counts> {
    run::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    Ok(Counts::ONE)
}

pub(crate) fn clippy_wasm(_: &Tools) -> Result<Counts> {
    let packages: [&[&str]; 2] = [
        &["--package", "txjobs-sdk", "--no-default-features", "--lib"],
        &["--package", "txjobs-console", "--all-targets"],
    ];
    for package in packages {
        run::run(cargo().arg("clippy").args(package).args(["--target", WASM, "--", "--deny", "warnings"]))?;
    }
    Ok(Counts::ONE)
}

/// The published SDK builds without the repository around it.
pub(crate) fn package(_: &Tools) -> Result<Counts> {
    // Where the work is not committed yet, as while it is tested.
    run::run(cargo().args(["package", "--package", "txjobs-sdk", "--allow-dirty", "--quiet"]))?;
    Ok(Counts::ONE)
}

pub(crate) fn docs(_: &Tools) -> Result<Counts> {
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    run::run(&mut doc)?;
    Ok(Counts::ONE)
}

/// Sends requests made from the contract to a running gateway, and compares its answers with the contract.
pub(crate) fn fuzz(tools: &Tools) -> Result<Counts> {
    fuzz_with(|data| {
        let server = Gateway::for_tests("xtask/demo/fuzz.toml", data)?;
        let mut fuzz = schemathesis(tools, "openapi.yaml", &server, 40);
        run::run(fuzz.args(["--header", &format!("apiKey: {}", server.key)]))?;
        server.stop()
    })
}

/// The same of the admin part.
pub(crate) fn fuzz_admin(tools: &Tools) -> Result<Counts> {
    fuzz_with(|data| {
        let server = Gateway::emulator(data)?;
        let mut fuzz = schemathesis(tools, "crates/emulator/admin.yaml", &server, 10);
        run::run(fuzz.args(["--header", &format!("Authorization: Bearer {}", server.key)]))?;
        server.stop()
    })
}

fn fuzz_with(fuzz: impl FnOnce(&Path) -> Result<()>) -> Result<Counts> {
    run::run(cargo().args(["build", "--package", "txjobs-emulator"]))?;
    let data = Path::new("target").join(format!("fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&data)?;
    let result = fuzz(&data);
    std::fs::remove_dir_all(&data)?;
    result.map(|()| Counts::ONE)
}

fn schemathesis(tools: &Tools, spec: &str, server: &Gateway, examples: u32) -> Command {
    let mut fuzz = Command::new(tools.test.schemathesis.join("schemathesis"));
    fuzz.args(["run", spec, "--url", &server.address, "--checks", "all", "--seed", "1", "--no-color"]);
    fuzz.args(["--max-examples", &examples.to_string()]);
    fuzz
}
