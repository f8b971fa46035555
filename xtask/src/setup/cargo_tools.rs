//! Tools that cargo builds: trunk, wasm-bindgen, and geckodriver.

use std::{fs, path::PathBuf, thread};

use anyhow::{Context, Result};

use super::cache::{announce, cache, install_into};
use crate::process::{self, cargo};

struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// Whether its own lock file is used. That of wasm-bindgen-cli lists a version that some registries do not have.
    is_locked: bool,
}

/// Installs geckodriver, which drives Firefox, and returns its folder.
pub(super) fn install_geckodriver() -> Result<PathBuf> {
    let (package, version) = ("geckodriver", "0.37.1".to_owned());
    install_tool(&Tool { package, program: package, version, is_locked: true })
}

/// Installs trunk and wasm-bindgen and returns their folders. They are built at the same time, because each of them has large crates
/// for which one core waits.
pub(super) fn install(wasm_bindgen_version: &str) -> Result<(PathBuf, PathBuf)> {
    let trunk = Tool { package: "trunk", program: "trunk", version: "0.21.14".to_owned(), is_locked: true };
    let wasm_bindgen = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: wasm_bindgen_version.to_owned(),
        is_locked: false,
    };
    thread::scope(|scope| {
        let trunk = scope.spawn(|| install_tool(&trunk));
        let wasm_bindgen = install_tool(&wasm_bindgen);
        let trunk = trunk.join().ok().context("the thread that installs trunk panicked")?;
        Ok((trunk?, wasm_bindgen?))
    })
}

/// Returns the folder of the tool on the search path or in the cache, and builds it if it is in neither.
fn install_tool(tool: &Tool) -> Result<PathBuf> {
    if let Some(folder) = find_on_path(tool) {
        return Ok(folder);
    }
    let folder = cache()?.join(format!("{}-{}", tool.package, tool.version));
    if !folder.exists() {
        announce(&format!("{} {}", tool.package, tool.version), "about three minutes on two cores");
        install_into(&folder, |root| {
            let target = root.join("build");
            // Without TLS: only downloads need it, and all that trunk would download is installed already.
            let mut install = cargo("install --quiet --debug --no-default-features --root");
            install.arg(root).arg(format!("{}@{}", tool.package, tool.version));
            if tool.is_locked {
                install.arg("--locked");
            }
            // A debug build is fast, and the tools mostly start other programs.
            install.env("CARGO_PROFILE_DEV_DEBUG", "0");
            install.env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false");
            install.env("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false");
            // The flags of the caller are for this repository.
            install.env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET").env("CARGO_TARGET_DIR", &target);
            process::run(&mut install)?;
            fs::remove_dir_all(target).context("cannot remove the build folder")
        })?;
    }
    Ok(folder.join("bin"))
}

fn find_on_path(tool: &Tool) -> Option<PathBuf> {
    let file = process::find_program(tool.program)?;
    let text = process::output(&mut process::program(&file, "--version")).ok()?;
    let is_version = text.split_whitespace().any(|word| word == tool.version);
    is_version.then(|| file.parent().map(PathBuf::from))?
}
