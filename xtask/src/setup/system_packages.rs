//! Packages of the operating system.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Installs packages on Debian and systems derived from it. It never requests a password.
///
/// # Errors
///
/// The system has no apt-get, or this user may not install packages.
pub(super) fn install(names: &[&str]) -> Result<()> {
    if process::find_program("apt-get").is_none() {
        bail!("install {} with the package manager of this system", names.join(" and "));
    }
    let install = [&["install", "--yes", "--no-install-recommends"], names].concat();
    process::output(&mut apt_get(&["update"]))
        .and_then(|_| process::output(&mut apt_get(&install)))
        .map(drop)
        .with_context(|| format!("run this command yourself: sudo apt-get install {}", names.join(" ")))
}

/// Runs a shell script as root. It never requests a password.
pub(super) fn run_as_root(script: &str) -> Result<()> {
    process::output(as_root("sh").args(["-c", script])).map(drop)
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = as_root("apt-get");
    // Another installation may be running, for instance the daily one of a desktop.
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn as_root(program: &str) -> Command {
    if process::find_program("sudo").is_some() {
        process::program("sudo", &format!("--non-interactive {program}"))
    } else {
        Command::new(program)
    }
}
