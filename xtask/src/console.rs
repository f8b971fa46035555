//! Building the console, and weighing it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{run, setup::BuildTools};

/// Where trunk puts the console.
pub(crate) const DIST: &str = "web/dist";

/// What the console is to weigh on the wire, in bytes of brotli, all files together. It does not yet.
const GOAL: usize = 130_000;
/// What it weighs at most until then, so that it only gets lighter.
const MOST: usize = 148_500;

pub(crate) fn build(tools: &BuildTools) -> Result<()> {
    let mut trunk = Command::new(tools.trunk.join("trunk"));
    // Offline is about trunk's own downloads: everything it needs is on the search path.
    trunk.args(["build", "--release", "--offline", "--cargo-profile", "console"]).current_dir("web");
    // Some environments set NO_COLOR=1, which trunk takes for a malformed flag.
    trunk.env("PATH", tools.path()?).env_remove("NO_COLOR");
    run::run(&mut trunk)?;
    minify(tools)
}

/// Takes comments and long names out of the scripts, in their places.
fn minify(tools: &BuildTools) -> Result<()> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "js"));
    let mut esbuild = Command::new(tools.esbuild.join("esbuild"));
    esbuild.args(["--minify", "--format=esm", "--log-level=warning", "--allow-overwrite"]);
    run::run(esbuild.arg(format!("--outdir={DIST}")).args(files))
}

/// Prints what each file weighs compressed by brotli, and fails if that is too much.
pub(crate) fn weigh() -> Result<()> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files)?;
    if files.is_empty() {
        bail!("{DIST} is empty");
    }
    files.sort();
    let mut total = 0;
    for file in &files {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let packed = brotli(&content)?;
        total += packed;
        println!("{packed:>8} of {:>8} bytes  {}", content.len(), file.display());
    }
    println!("{total:>8} bytes brotli in all; the goal is {GOAL}");
    if total > MOST {
        bail!("the console is {} bytes heavier than it may be", total - MOST);
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn brotli(content: &[u8]) -> Result<usize> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed.len())
}
