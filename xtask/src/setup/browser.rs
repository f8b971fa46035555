//! A browser and its driver, for the tests.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::announce;
use crate::run;

/// A Chromium or Chrome and the ChromeDriver that fits it.
pub(crate) struct Browser {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

pub(super) fn find_or_install(cache: &Path) -> Result<Browser> {
    if let Some(found) = on_path() {
        return Ok(found);
    }
    if run::find("apt-get").is_some() {
        announce("Chromium and its driver, for the tests", "about two minutes");
        system_packages(&["chromium", "chromium-driver"])?;
        return on_path().context("chromium and chromedriver are installed and not found");
    }
    from_npm(cache).context(
        "the tests need Chrome or Chromium and the ChromeDriver of the same version on the search path",
    )
}

fn on_path() -> Option<Browser> {
    let browser = ["chromium", "chromium-browser", "google-chrome", "chrome"]
        .iter()
        .find_map(|name| run::find(name))?;
    let driver = run::find("chromedriver")?;
    let major = |program: &Path| {
        let said = run::output(Command::new(program).arg("--version")).ok()?;
        said.split_whitespace().find_map(|word| word.split('.').next()?.parse::<u32>().ok())
    };
    (major(&browser)? == major(&driver)?).then_some(Browser { browser, driver })
}

/// Chrome for Testing, by the tool of its makers: for machines without apt that reach the web.
fn from_npm(cache: &Path) -> Result<Browser> {
    announce("Chrome for Testing and its driver", "about two minutes");
    let install = |what: &str| -> Result<PathBuf> {
        let npx = if cfg!(windows) { "npx.cmd" } else { "npx" };
        let mut command = Command::new(npx);
        command
            .args(["--yes", "@puppeteer/browsers@2", "install", &format!("{what}@stable"), "--path"])
            .arg(cache);
        let said = run::output(&mut command)?;
        let last = said.lines().last().unwrap_or_default();
        let (_, path) = last.split_once(' ').with_context(|| format!("no path in {last:?}"))?;
        Ok(PathBuf::from(path.trim()))
    };
    Ok(Browser { browser: install("chrome")?, driver: install("chromedriver")? })
}

/// Installs packages of Debian and its kin, if this is one and we may.
pub(super) fn system_packages(names: &[&str]) -> Result<()> {
    if run::find("apt-get").is_none() {
        bail!("please install {} with this system's own packages", names.join(" and "));
    }
    let apt = |arguments: &[&str]| {
        // Root needs no sudo; others are told what to type instead of being asked for a password half-way.
        let mut command =
            if run::find("sudo").is_some() { Command::new("sudo") } else { Command::new("env") };
        if command.get_program() == "sudo" {
            command.arg("--non-interactive");
        }
        // Another installation may be under way, for instance the nightly one of a desktop.
        command
            .arg("apt-get")
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run::output(&mut command)
    };
    let install = [&["install", "--yes", "--no-install-recommends"], names].concat();
    apt(&["update"])
        .and_then(|_| apt(&install))
        .map(drop)
        .with_context(|| format!("please run: sudo apt-get install {}", names.join(" ")))
}
