//! Installs what is missing into a cache folder outside the repository.
//!
//! Everything comes from package registries (cargo, npm, PyPI, Debian), because some machines reach nothing else.

mod browser;
mod cache;
mod cargo_tools;
mod node_packages;
mod postgres;
mod prometheus;
mod python_packages;
mod runtimes;
mod rust;
mod system_packages;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::process;

pub(crate) use browser::Browser;
pub(crate) use node_packages::npm;
pub(crate) use postgres::Postgres;
pub(crate) use prometheus::Prometheus;

pub(crate) const HELP: &str = "\
Installs the tools of all other commands, which otherwise install what is missing themselves.

Usage: cargo xtask setup";

/// The tools that steps of `cargo xtask test` use.
pub(crate) struct Tools {
    pub(crate) build: BuildTools,
    pub(crate) test: TestTools,
}

/// The tools that build the console: folders of programs.
pub(crate) struct BuildTools {
    pub(crate) trunk: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
    /// The folder of `wasm-opt`.
    pub(crate) node: PathBuf,
}

impl BuildTools {
    /// Returns the search path on which trunk finds the other tools.
    pub(crate) fn search_path(&self) -> Result<OsString> {
        process::search_path_with([self.trunk.as_path(), &self.wasm_bindgen, &self.node])
    }
}

/// The tools that only tests use.
pub(crate) struct TestTools {
    pub(crate) browser: Browser,
    pub(crate) firefox: Browser,
    /// Nothing on Windows.
    pub(crate) postgres: Option<Postgres>,
    /// Nothing on Windows.
    pub(crate) prometheus: Option<Prometheus>,
    /// The folder of `redocly` and the packages beside it.
    pub(crate) node_modules: PathBuf,
    /// The folder of `codespell`, `kubernetes-validate`, and `schemathesis`.
    pub(crate) python: PathBuf,
    /// The packages of the Postman collection's scripts.
    pub(crate) postman_modules: PathBuf,
    /// The packages of the client of `txjobs mcp`.
    pub(crate) mcp_modules: PathBuf,
    /// The packages of the client in TypeScript.
    pub(crate) client_modules: PathBuf,
    /// The folder of the generators of the other clients, and of a Python with their packages.
    pub(crate) generators: PathBuf,
}

impl TestTools {
    /// Returns the file of axe, which checks the accessibility of a page.
    pub(crate) fn axe(&self) -> PathBuf {
        self.node_modules.join("axe-core/axe.min.js")
    }

    /// Returns the program that checks OpenAPI documents.
    pub(crate) fn redocly(&self) -> PathBuf {
        self.node_modules.join(".bin/redocly")
    }
}

/// Installs all tools that are missing.
pub(crate) fn install_all() -> Result<Tools> {
    Ok(Tools { build: install_build_tools()?, test: install_test_tools()? })
}

/// Installs the tools that build the console.
pub(crate) fn install_build_tools() -> Result<BuildTools> {
    rust::install_wasm_target()?;
    let node = node_packages::install("build", Path::new("xtask/tools/build/package.json"))?.join(".bin");
    let (trunk, wasm_bindgen) = cargo_tools::install(&rust::locked_version("wasm-bindgen")?)?;
    Ok(BuildTools { trunk, wasm_bindgen, node })
}

fn install_test_tools() -> Result<TestTools> {
    runtimes::install_java()?;
    runtimes::install_go()?;
    runtimes::install_systemd_analyze()?;
    Ok(TestTools {
        browser: browser::find_or_install()?,
        firefox: browser::find_or_install_firefox()?,
        postgres: postgres::find_or_install()?,
        prometheus: prometheus::find_or_install()?,
        node_modules: node_packages::install("test", Path::new("xtask/tools/test/package.json"))?,
        python: python_packages::install("test", Path::new("xtask/tools/test/requirements.txt"))?,
        postman_modules: install_postman_modules()?,
        mcp_modules: node_packages::install("mcp", Path::new("tests/mcp/package.json"))?,
        // The guide of these clients names the same files, so that a version is written once.
        client_modules: node_packages::install(
            "clients",
            Path::new("tests/clients/typescript/package.json"),
        )?,
        generators: python_packages::install("clients", Path::new("tests/clients/requirements.txt"))?,
    })
}

/// Installs the packages that make the Postman collection.
pub(crate) fn install_postman_modules() -> Result<PathBuf> {
    node_packages::install("postman", Path::new("xtask/postman/package.json"))
}
