//! Tools that PyPI carries, each in an environment of its own.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{announce, browser};
use crate::run;

/// The folder with the programs of this version of `package`, installed if need be.
pub(super) fn bin(cache: &Path, package: &str, version: &str) -> Result<PathBuf> {
    let folder = cache.join(format!("{package}-{version}"));
    let what = format!("{package} {version} from PyPI");
    environment(&folder, "", &what, &[OsStr::new(&format!("{package}=={version}"))])
}

/// The folder with the programs of everything that a requirements file names, installed if need be.
pub(super) fn of_requirements(cache: &Path, name: &str, requirements: &Path) -> Result<PathBuf> {
    let wanted = std::fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let what = format!("what {} names, from PyPI", requirements.display());
    environment(&cache.join(name), &wanted, &what, &[OsStr::new("--requirement"), requirements.as_os_str()])
}

/// An environment with what pip installs by these arguments, made anew if its contents are not these.
fn environment(folder: &Path, contents: &str, what: &str, arguments: &[&OsStr]) -> Result<PathBuf> {
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    // An environment holds its own path, so it cannot be made elsewhere and moved: the mark says that it is whole,
    // and of what.
    let whole = folder.join("whole");
    if !std::fs::read_to_string(&whole).is_ok_and(|there| there == contents) {
        announce(what, "about a minute");
        let python =
            run::find("python3").or_else(|| run::find("python")).context("Python 3.10 or later is needed")?;
        let mut make = Command::new(python);
        make.args(["-m", "venv", "--clear"]).arg(folder);
        if run::output(&mut make).is_err() {
            browser::system_packages(&["python3-venv"]).context("Python's venv module is needed")?;
            run::output(&mut make)?;
        }
        let mut pip = Command::new(bin.join("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(arguments);
        run::output(&mut pip)?;
        std::fs::write(&whole, contents)?;
    }
    Ok(bin)
}
