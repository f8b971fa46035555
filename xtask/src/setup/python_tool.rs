//! Tools that PyPI carries, each in an environment of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{announce, browser};
use crate::run;

/// The folder with the programs of this version of `package`, installed if need be.
pub(super) fn bin(cache: &Path, package: &str, version: &str) -> Result<PathBuf> {
    let folder = cache.join(format!("{package}-{version}"));
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    // An environment holds its own path, so it cannot be made elsewhere and moved: the mark says that it is whole.
    let whole = folder.join("whole");
    if !whole.exists() {
        announce(&format!("{package} {version} from PyPI"), "about a minute");
        let python =
            run::find("python3").or_else(|| run::find("python")).context("Python 3.10 or later is needed")?;
        let mut make = Command::new(python);
        make.args(["-m", "venv", "--clear"]).arg(&folder);
        if run::output(&mut make).is_err() {
            browser::system_packages(&["python3-venv"]).context("Python's venv module is needed")?;
            run::output(&mut make)?;
        }
        run::output(Command::new(bin.join("pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            &format!("{package}=={version}"),
        ]))?;
        std::fs::write(&whole, "")?;
    }
    Ok(bin)
}
