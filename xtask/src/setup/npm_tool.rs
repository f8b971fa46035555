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
    let folder = cache.join(format!("{}-{version}", package.replace(['@', '/'], "")));
    if !folder.exists() {
        if run::find("npm").is_none() {
            browser::system_packages(&["nodejs", "npm"])
                .context("Node.js with npm is needed: see https://nodejs.org")?;
        }
        announce(&format!("{package} {version} from npm"), "less than a minute");
        install_into(&folder, |root| {
            // A package of its own, or npm would look for one in the folders above.
            std::fs::write(root.join("package.json"), "{}")?;
            let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
            let mut install = Command::new(npm);
            install.args([
                "install",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                &format!("{package}@{version}"),
            ]);
            run::output(install.current_dir(root)).map(drop)
        })?;
    }
    let bin = folder.join("node_modules").join(".bin");
    bin.join(program).exists().then_some(bin).with_context(|| {
        format!("{package} {version} has no {program}: remove {} and try again", folder.display())
    })
}
