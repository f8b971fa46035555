//! The debug build of all programs, tests, and examples.
//!
//! It is one command, because cargo chooses the features of dependencies by the packages of a command: several commands
//! would compile most dependencies several times.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::cargo;

/// A program that contains tests.
pub(crate) struct TestProgram {
    pub(crate) package_folder: PathBuf,
    pub(crate) file: PathBuf,
}

/// Builds everything for the host except this crate, whose program is running, and returns the test programs.
pub(crate) fn build() -> Result<Vec<TestProgram>> {
    let mut build = cargo("build --workspace --exclude xtask --lib --bins --tests --examples");
    build.args(["--message-format", "json-render-diagnostics"]).stdout(Stdio::piped());
    let mut child = build.spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut programs = Vec::new();
    for line in BufReader::new(output).lines() {
        programs.extend(test_program(&serde_json::from_str(&line?)?));
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("cargo build failed ({status})");
    }
    Ok(programs)
}

/// Returns a folder of a step, which is empty.
pub(crate) fn empty_folder(folder: &str) -> Result<&Path> {
    let path = Path::new(folder);
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {folder}"))?;
    }
    fs::create_dir_all(path).with_context(|| format!("cannot create {folder}"))?;
    Ok(path)
}

/// Returns the test program that a message of cargo announces.
fn test_program(message: &Value) -> Option<TestProgram> {
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let file = message["executable"].as_str().filter(|_| is_test)?.into();
    let package_folder = PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_owned();
    Some(TestProgram { package_folder, file })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn test_program_is_an_executable_that_was_compiled_with_tests() {
        let message = |is_test: bool, executable: Value| {
            test_program(&json!({
                "reason": "compiler-artifact",
                "manifest_path": "/crates/sdk/Cargo.toml",
                "profile": { "test": is_test },
                "executable": executable,
            }))
        };
        let program = message(true, json!("/target/debug/deps/client-1")).unwrap();
        assert_eq!(program.package_folder, PathBuf::from("/crates/sdk"));
        assert_eq!(program.file, PathBuf::from("/target/debug/deps/client-1"));
        assert!(message(false, json!("/target/debug/txjobs")).is_none());
        assert!(message(true, Value::Null).is_none());
        assert!(test_program(&json!({ "reason": "build-finished", "success": true })).is_none());
    }
}
