//! Tools that npm carries.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{announce, browser, install_into};
use crate::run;

/// The folder with `program` of this version of `package`, installed if need be.
pub(super) fn bin(cache: &Path, package: &str, version: &str, program: &str) -> Result<PathBuf> {
    let bin = modules(cache, package, version)?.join(".bin");
    bin.join(program).exists().then_some(bin).with_context(|| without(package, version, program))
}

/// A file of this version of `package`, installed if need be.
pub(super) fn file(cache: &Path, package: &str, version: &str, name: &str) -> Result<PathBuf> {
    let file = modules(cache, package, version)?.join(package).join(name);
    file.exists().then_some(file).with_context(|| without(package, version, name))
}

fn without(package: &str, version: &str, what: &str) -> String {
    format!("{package} {version} has no {what}: remove it from the tools' folder and try again")
}

fn modules(cache: &Path, package: &str, version: &str) -> Result<PathBuf> {
    let folder = cache.join(format!("{}-{version}", package.replace(['@', '/'], "")));
    if !folder.exists() {
        announce(&format!("{package} {version} from npm"), "less than a minute");
        // A package of its own, or npm would look for one in the folders above.
        install(&folder, "{}", &[&format!("{package}@{version}")])?;
    }
    Ok(folder.join("node_modules"))
}

/// The `node_modules` of everything that a `package.json` names, installed if need be.
pub(super) fn of_manifest(cache: &Path, name: &str, manifest: &Path) -> Result<PathBuf> {
    let wanted =
        std::fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let folder = cache.join(name);
    // Its copy tells of which versions the folder is.
    if !std::fs::read_to_string(folder.join("package.json")).is_ok_and(|there| there == wanted) {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        announce(&format!("what {} names, from npm", manifest.display()), "less than a minute");
        install(&folder, &wanted, &[])?;
    }
    Ok(folder.join("node_modules"))
}

/// npm, which is a script of another name on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn install(folder: &Path, manifest: &str, packages: &[&str]) -> Result<()> {
    if run::find("npm").is_none() {
        browser::system_packages(&["nodejs", "npm"])
            .context("Node.js with npm is needed: see https://nodejs.org")?;
    }
    install_into(folder, |root| {
        std::fs::write(root.join("package.json"), manifest)?;
        let mut install = npm();
        install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]).args(packages);
        run::output(install.current_dir(root)).map(drop)
    })
}
