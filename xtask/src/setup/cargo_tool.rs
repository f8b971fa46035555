//! Tools that cargo builds.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{announce, install_into};
use crate::run::{self, cargo};

/// The folder with `program` of this very version: on the search path already, in the cache, or built now.
pub(super) fn bin(
    cache: &Path,
    package: &str,
    version: &str,
    program: &str,
    minutes: u32,
) -> Result<PathBuf> {
    if let Some(folder) = on_path(program, version) {
        return Ok(folder);
    }
    let folder = cache.join(format!("{package}-{version}"));
    if !folder.exists() {
        announce(&format!("building {package} {version}"), &format!("about {minutes} minutes on two cores"));
        install_into(&folder, |root| {
            // A debug build without debug information is quick to make, and these tools mostly call others.
            let built = root.join("build");
            let mut install = cargo();
            install
                .args(["install", "--debug", "--quiet", &format!("{package}@{version}"), "--root"])
                .arg(root);
            // wasm-bindgen-cli's own lock file names versions that not every registry has.
            if package != "wasm-bindgen-cli" {
                install.arg("--locked");
            }
            install.env("CARGO_TARGET_DIR", &built).env("CARGO_PROFILE_DEV_DEBUG", "0");
            // The caller's flags are for this repository.
            install.env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
            run::run(&mut install)?;
            std::fs::remove_dir_all(built)?;
            Ok(())
        })?;
    }
    Ok(folder.join("bin"))
}

fn on_path(program: &str, version: &str) -> Option<PathBuf> {
    let file = run::find(program)?;
    let said = run::output(std::process::Command::new(&file).arg("--version")).ok()?;
    let is_it = said.split_whitespace().any(|word| word.trim_start_matches('v') == version);
    is_it.then(|| file.parent().map(Path::to_owned))?
}
