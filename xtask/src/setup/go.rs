//! Finds or installs Go, which compiles one of the generated clients.

use anyhow::{Context, Result};

use super::{announce, browser};
use crate::run;

/// Finds Go on the search path, or installs it there.
pub(super) fn find_or_install() -> Result<()> {
    if run::find("go").is_some() {
        return Ok(());
    }
    announce("Go, for a client in it", "about a minute");
    browser::system_packages(&["golang-go"])
        .context("Go 1.19 or later is needed: see https://go.dev/doc/install")
}
