//! Parts of the Rust toolchain.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::cache::announce;
use crate::process::{self, program};

/// Installs the standard library for WebAssembly.
pub(super) fn install_wasm_target() -> Result<()> {
    let arguments = "--print target-libdir --target wasm32-unknown-unknown";
    let folder = process::output(&mut program("rustc", arguments))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    announce("the Rust standard library for WebAssembly", "a few seconds");
    process::run(&mut program("rustup", "target add wasm32-unknown-unknown"))
        .context("without rustup, install the Rust library for wasm32-unknown-unknown from your distribution")
}

/// Returns the version of a package in `Cargo.lock`.
pub(super) fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string("Cargo.lock").context("cannot read Cargo.lock")?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.map(str::to_owned).with_context(|| format!("Cargo.lock has no {package}"))
}
