//! Java, which runs a generator of clients, Go, which compiles a generated client, and systemd, which checks its units.

use anyhow::{Context, Result};

use super::{cache::announce, system_packages};
use crate::process;

pub(super) fn install_java() -> Result<()> {
    if process::find_program("java").is_some() {
        return Ok(());
    }
    announce("Java", "about a minute");
    system_packages::install(&["default-jre-headless"]).context("Java 11 or later is needed")
}

pub(super) fn install_go() -> Result<()> {
    if process::find_program("go").is_some() {
        return Ok(());
    }
    announce("Go", "about a minute");
    system_packages::install(&["golang-go"])
        .context("Go 1.19 or later is needed: see https://go.dev/doc/install")
}

/// Installs the program that checks units. Only Linux has it.
pub(super) fn install_systemd_analyze() -> Result<()> {
    if !cfg!(target_os = "linux") || process::find_program("systemd-analyze").is_some() {
        return Ok(());
    }
    announce("systemd", "about a minute");
    system_packages::install(&["systemd"]).context("systemd-analyze of systemd 250 or later is needed")
}
