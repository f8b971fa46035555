//! Builds the console and measures its size.

mod files;
mod page;
mod short_names;

use anyhow::{Context, Result};

use crate::{
    counts::Counts,
    process::{self, program},
    setup::{self, BuildTools, Tools},
};

pub(crate) use files::DIST;

pub(crate) const HELP: &str = "\
Builds the console into web/dist. Copy that folder to any web server, into any path.

Usage: cargo xtask console";

/// The limit for all files of the console together, compressed with brotli, in bytes.
const MAX_SIZE: u32 = 190_000;

/// Compiler flags that make the console a tenth smaller: a panic ends the program without a message (`boot.js` shows
/// one), and `Debug` output is empty.
///
/// These flags are not stable, so they depend on the toolchain in `rust-toolchain.toml`. Without them (`trunk build
/// --release`) the console is the same but larger.
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zinline-mir=no \
                     -Cllvm-args=--inline-threshold=0";

/// Installs the tools and builds the console.
pub(crate) fn build_and_report() -> Result<()> {
    build(&setup::install_build_tools()?)?;
    println!("The console is in {DIST}.");
    Ok(())
}

/// Builds the console into [`DIST`].
pub(crate) fn build(tools: &BuildTools) -> Result<()> {
    // trunk's minifier cannot parse the script of wasm-bindgen and prints a warning; esbuild minifies it below.
    let arguments = "--log error build --release --skip-version-check --cargo-profile console";
    let mut trunk = program(tools.trunk.join("trunk"), arguments);
    // trunk rejects the value 1 of NO_COLOR, which some environments set.
    trunk.current_dir("web").env("PATH", tools.search_path()?).env_remove("NO_COLOR");
    // The installed standard library is optimized for speed. This compiles it again for size.
    trunk.env("RUSTC_BOOTSTRAP", "1").env("CARGO_UNSTABLE_BUILD_STD", "std");
    trunk.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    trunk.env_remove("RUSTFLAGS").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", FLAGS);
    process::run(&mut trunk)?;
    let (wasm, script) = (files::find("_bg.wasm")?, files::find(".js")?);
    short_names::shorten(tools, &wasm, &script)?;
    bundle_scripts(tools)?;
    page::remove_snippets()?;
    page::join_style_sheets()?;
    page::rename_by_content([wasm, script])?;
    process::run(program("node", "xtask/console/compress.mjs").arg(DIST))
}

/// Minifies all scripts. Scripts that others import become part of them, which saves requests.
fn bundle_scripts(tools: &BuildTools) -> Result<()> {
    for script in files::list()? {
        let Ok(name) = script.strip_prefix(DIST) else { continue };
        if name.extension().is_none_or(|extension| extension != "js") || name.starts_with(files::SNIPPETS) {
            continue;
        }
        let mut esbuild = program(
            tools.node.join("esbuild"),
            "--bundle --minify --format=esm --log-level=error --allow-overwrite",
        );
        // Without this symbol, esbuild removes the code of wasm-bindgen's unused classes.
        esbuild.arg("--define:Symbol.dispose=undefined");
        esbuild.arg(name).arg(format!("--outfile={}", name.display())).current_dir(DIST);
        process::run(&mut esbuild)?;
    }
    Ok(())
}

/// Builds the console, prints the compressed size of each file, and compares the sum with its limit.
pub(crate) fn check_size(tools: &Tools) -> Result<Counts> {
    build(&tools.build)?;
    process::run(program("node", "xtask/console/sizes.mjs").arg(DIST).arg(MAX_SIZE.to_string()))
        .context("the console is larger than its limit")?;
    Ok(Counts::ONE_PASSED)
}
