//! Packages from PyPI.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{
    cache::{announce, folder_for},
    system_packages,
};
use crate::process;

/// Installs the packages of a requirements file into a virtual environment and returns its folder of programs.
pub(super) fn install(name: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = folder_for(&format!("python-{name}"), requirements)?;
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    // A virtual environment contains its own path and cannot be renamed, so a file marks a finished installation.
    let finished = folder.join("finished");
    if !finished.exists() {
        announce(&format!("Python packages of {}", requirements.display()), "about a minute");
        create_environment(&folder)?;
        let mut pip = process::program(programs.join("pip"), "install --quiet --disable-pip-version-check");
        process::output(pip.arg("--requirement").arg(requirements))?;
        fs::write(finished, "")?;
    }
    Ok(programs)
}

fn create_environment(folder: &Path) -> Result<()> {
    let python = process::find_program("python3").or_else(|| process::find_program("python"));
    let mut venv = Command::new(python.context("Python 3.10 or later is needed")?);
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    if process::output(&mut venv).is_err() {
        system_packages::install(&["python3-venv"]).context("Python's venv module is needed")?;
        process::output(&mut venv)?;
    }
    Ok(())
}
