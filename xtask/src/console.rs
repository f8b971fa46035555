//! Builds the console and measures its size.

mod stamp;

use std::path::Path;

use anyhow::{Context, Result};

use self::stamp::ConsoleStamp;
use crate::{
    counts::Counts,
    process::{self, program},
    setup::{self, BuildTools, Tools},
};

pub(crate) const HELP: &str = "\
Builds the console into web/dist. Copy that folder to any web server, into any path.

Usage: cargo xtask console";

/// The folder into which trunk writes the console.
pub(crate) const DIST: &str = "web/dist";

/// The limit for all files of the console together, compressed with brotli, in bytes.
const MAX_SIZE: u32 = 470_000;

/// Installs the tools and builds the console.
pub(crate) fn build_and_report() -> Result<()> {
    build(&setup::install_build_tools()?)?;
    println!("The console is in {DIST}.");
    Ok(())
}

/// Builds the console into [`DIST`], unless its last build was from the same files.
pub(crate) fn build(tools: &BuildTools) -> Result<()> {
    let page = Path::new(DIST).join("index.html");
    // Without git, it is built each time.
    let stamp = ConsoleStamp::read(tools).ok();
    if stamp.as_ref().is_some_and(|stamp| stamp.is_of(&page)) {
        return Ok(());
    }
    run_trunk(tools)?;
    stamp.map_or(Ok(()), |stamp| stamp.write(&page))
}

fn run_trunk(tools: &BuildTools) -> Result<()> {
    let mut trunk = program(tools.trunk.join("trunk"), "--log error build --release --skip-version-check");
    // trunk rejects the value 1 of NO_COLOR, which some environments set. RUSTFLAGS would replace the flags in
    // .cargo/config.toml.
    trunk.current_dir("web").env("PATH", tools.search_path()?).env_remove("NO_COLOR").env_remove("RUSTFLAGS");
    process::run(&mut trunk)
}

/// Builds the console, prints the compressed size of each file, and compares the sum with its limit.
pub(crate) fn check_size(tools: &Tools) -> Result<Counts> {
    build(&tools.build)?;
    process::run(program("node", "web/hooks/sizes.mjs").arg(DIST).arg(MAX_SIZE.to_string()))
        .context("the console is larger than its limit")?;
    Ok(Counts::ONE_PASSED)
}
