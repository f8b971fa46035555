//! Packages from npm.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{
    cache::{announce, folder_for, install_into},
    system_packages,
};
use crate::process;

/// Installs the packages of a `package.json` and returns their `node_modules`.
pub(super) fn install(name: &str, manifest: &Path) -> Result<PathBuf> {
    let folder = folder_for(&format!("node-{name}"), manifest)?;
    if !folder.exists() {
        if process::find_program("npm").is_none() {
            system_packages::install(&["nodejs", "npm"])
                .context("Node.js with npm is needed: see https://nodejs.org")?;
        }
        announce(&format!("npm packages of {}", manifest.display()), "less than a minute");
        install_into(&folder, |root| {
            fs::copy(manifest, root.join("package.json"))?;
            let mut install = npm();
            install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(root);
            process::output(&mut install).map(drop)
        })?;
    }
    Ok(folder.join("node_modules"))
}

/// Returns a command of npm, which is a script with another name on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}
