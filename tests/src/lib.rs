//! What the tests across crates share: a real gateway, the real command line, a real browser.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on panics")]

pub mod admin;
pub mod browser;
pub mod cli;
pub mod console;
pub mod gateway;
pub mod held_server;
pub mod odd_server;
pub mod static_host;

use std::path::PathBuf;

/// A program of this workspace, as cargo built it beside the tests.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.ancestors().nth(2).unwrap();
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is not built: run cargo xtask test e2e", program.display());
    program
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
