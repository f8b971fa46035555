//! `cargo xtask dist`: builds what is published of the command line: the program, its manual pages, and its completions.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

use crate::process::{self, cargo};

pub(crate) const HELP: &str = "\
Builds the command line with its manual pages and completions into target/published:

  bin/txjobs              the program, optimized for size and speed (takes several minutes)
  man/man1/               a manual page for each command
  completions/            scripts for bash, zsh, fish, and PowerShell

Usage: cargo xtask dist";

const FOLDER: &str = "target/published";
/// The shells, and where each looks for a script with which name.
const COMPLETIONS: [(&str, &str); 4] =
    [("bash", "txjobs.bash"), ("zsh", "_txjobs"), ("fish", "txjobs.fish"), ("powershell", "txjobs.ps1")];
/// The most bytes of the program.
const MAX_PROGRAM_BYTES: u64 = 12_000_000;

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(Long("help") | Short('h')) => {
            println!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => bail!(other.unexpected()),
    }
    println!("Building txjobs with full optimization. This takes several minutes the first time.");
    process::run(&mut cargo("build --package txjobs --profile dist"))?;
    let name = format!("txjobs{}", std::env::consts::EXE_SUFFIX);
    let built = Path::new("target/dist").join(&name);
    let folder = Path::new(FOLDER);
    let (bin, completions) = (folder.join("bin"), folder.join("completions"));
    for folder in [&bin, &completions] {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    let published = bin.join(&name);
    fs::copy(&built, &published).with_context(|| format!("copying {}", built.display()))?;
    write_pages(&published, folder, &completions)?;
    let size = fs::metadata(&published)?.len();
    println!("{FOLDER}: the program has {:.1} MB", size as f64 / 1e6);
    ensure!(size <= MAX_PROGRAM_BYTES, "the program is larger than {MAX_PROGRAM_BYTES} bytes");
    Ok(ExitCode::SUCCESS)
}

/// Writes what the program itself knows: its manual pages and its completions.
fn write_pages(txjobs: &Path, folder: &Path, completions: &Path) -> Result<()> {
    let mut man = std::process::Command::new(txjobs);
    process::run(man.arg("man").arg(folder.join("man/man1")))?;
    for (shell, file) in COMPLETIONS {
        let mut command = std::process::Command::new(txjobs);
        let script = process::output(command.args(["completions", shell]))?;
        fs::write(completions.join(file), script)?;
    }
    Ok(())
}
