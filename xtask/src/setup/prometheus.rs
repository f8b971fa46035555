//! Prometheus and promtool, for tests.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{cache::announce, system_packages};
use crate::process;

/// The server and the program that checks rules.
pub(crate) struct Prometheus {
    pub(crate) prometheus: PathBuf,
    pub(crate) promtool: PathBuf,
}

/// Finds Prometheus on the search path, and installs it if it is not there. Returns nothing on Windows, where no test uses it.
pub(super) fn find_or_install() -> Result<Option<Prometheus>> {
    if cfg!(windows) {
        return Ok(None);
    }
    if let Some(prometheus) = find() {
        return Ok(Some(prometheus));
    }
    announce("Prometheus", "about a minute");
    system_packages::install(&["prometheus"]).context("Prometheus 2.42 or later is needed, with promtool")?;
    // The package starts a service.
    system_packages::run_as_root("service prometheus stop && update-rc.d prometheus disable")
        .context("cannot disable the service prometheus")?;
    find().context("apt-get installed prometheus, but it is not on the search path").map(Some)
}

fn find() -> Option<Prometheus> {
    let prometheus = process::find_program("prometheus")?;
    Some(Prometheus { prometheus, promtool: process::find_program("promtool")? })
}
