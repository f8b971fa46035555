//! A Java, which runs one of the generators.

use anyhow::{Context, Result};

use super::{announce, browser};
use crate::run;

/// Finds Java on the search path, or installs it there.
pub(super) fn find_or_install() -> Result<()> {
    if run::find("java").is_some() {
        return Ok(());
    }
    announce("Java, for a generator of clients", "about a minute");
    browser::system_packages(&["default-jre-headless"]).context("Java 11 or later is needed")
}
