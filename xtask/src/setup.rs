//! Installs what is missing, once, into a cache outside the repository.
//!
//! Everything comes from package registries (cargo, npm, PyPI, the system's), because some machines reach nothing else.

mod browser;
mod cargo_tool;
mod go;
mod java;
mod npm_tool;
mod python_tool;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{clients, run};

pub(crate) use browser::Browser;
pub(crate) use npm_tool::npm;

const AXE: &str = "4.14.1";
const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";
const NEWMAN: &str = "6.2.2";
const REDOCLY: &str = "2.77.0";
const SCHEMATHESIS: &str = "4.32.5";
const WASM: &str = "wasm32-unknown-unknown";

/// What building the console takes: folders for the search path.
pub(crate) struct BuildTools {
    pub(crate) trunk: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
    pub(crate) wasm_opt: PathBuf,
    pub(crate) esbuild: PathBuf,
}

impl BuildTools {
    /// The search path on which trunk finds its helpers.
    pub(crate) fn path(&self) -> Result<std::ffi::OsString> {
        run::path_with([self.trunk.as_path(), &self.wasm_bindgen, &self.wasm_opt])
    }
}

/// What the tests take beyond that.
pub(crate) struct TestTools {
    pub(crate) browser: Browser,
    /// What finds faults of access in a page.
    pub(crate) axe: PathBuf,
    pub(crate) newman: PathBuf,
    pub(crate) redocly: PathBuf,
    pub(crate) schemathesis: PathBuf,
    /// The packages of the client in TypeScript.
    pub(crate) node_modules: PathBuf,
    /// The generators of the other clients, and the Python that has their packages.
    pub(crate) generators: PathBuf,
}

pub(crate) fn for_building() -> Result<BuildTools> {
    let cache = cache()?;
    wasm_target()?;
    standard_library_source()?;
    Ok(BuildTools {
        wasm_opt: npm_tool::bin(&cache, "binaryen", BINARYEN, "wasm-opt")?,
        esbuild: npm_tool::bin(&cache, "esbuild", ESBUILD, "esbuild")?,
        wasm_bindgen: cargo_tool::bin(
            &cache,
            "wasm-bindgen-cli",
            &locked_version("wasm-bindgen")?,
            "wasm-bindgen",
            4,
        )?,
        trunk: cargo_tool::bin(&cache, "trunk", TRUNK, "trunk", 6)?,
    })
}

pub(crate) fn for_testing() -> Result<TestTools> {
    let cache = cache()?;
    java::find_or_install()?;
    go::find_or_install()?;
    let clients = Path::new(clients::SOURCE);
    Ok(TestTools {
        browser: browser::find_or_install(&cache)?,
        axe: npm_tool::file(&cache, "axe-core", AXE, "axe.min.js")?,
        newman: npm_tool::bin(&cache, "newman", NEWMAN, "newman")?,
        redocly: npm_tool::bin(&cache, "@redocly/cli", REDOCLY, "redocly")?,
        schemathesis: python_tool::bin(&cache, "schemathesis", SCHEMATHESIS)?,
        // A reader installs from the same files: their versions stand there alone.
        node_modules: npm_tool::of_manifest(&cache, "clients-npm", &clients.join("typescript/package.json"))?,
        generators: python_tool::of_requirements(
            &cache,
            "clients-python",
            &clients.join("requirements.txt"),
        )?,
    })
}

/// The folder of the tools. It is not under `target`, so that `cargo clean` does not cost ten minutes.
fn cache() -> Result<PathBuf> {
    let cache = match std::env::var_os("TXJOBS_TOOLS") {
        Some(folder) => PathBuf::from(folder),
        None => dirs::cache_dir()
            .context("no cache folder is known here; name one in TXJOBS_TOOLS")?
            .join("txjobs-tools"),
    };
    std::fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    cache.canonicalize().with_context(|| format!("cannot read {}", cache.display()))
}

/// Says what is about to be installed, and how long that may take.
fn announce(what: &str, time: &str) {
    eprintln!("set-up: {what} ({time}, once)");
}

fn wasm_target() -> Result<()> {
    let folder = run::output(std::process::Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    announce("the Rust standard library for WebAssembly", "a few seconds");
    run::run(std::process::Command::new("rustup").args(["target", "add", WASM]))
        .context("without rustup, install your distribution's Rust library for wasm32-unknown-unknown")
}

/// What the console compiles its standard library from.
fn standard_library_source() -> Result<()> {
    let root = run::output(std::process::Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(root.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file() {
        return Ok(());
    }
    announce("the source of the Rust standard library", "a few seconds");
    run::run(std::process::Command::new("rustup").args(["component", "add", "rust-src"]))
        .context("without rustup, install your distribution's package of the Rust library's source")
}

/// The version that `Cargo.lock` has: wasm-bindgen's tool must be the same as its crate.
fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string("Cargo.lock").context("cannot read Cargo.lock")?;
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted).skip(1);
    let version = lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.map(str::to_owned).with_context(|| format!("Cargo.lock has no {package}"))
}

/// Installs into a folder of its own with `install`, and gives it its name only when it is whole: a set-up that was
/// broken off is begun anew.
fn install_into(folder: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut unfinished = folder.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)
            .with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    std::fs::create_dir_all(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
    install(&unfinished)?;
    std::fs::rename(&unfinished, folder).with_context(|| format!("cannot make {}", folder.display()))
}
