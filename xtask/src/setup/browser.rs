//! Browsers and their drivers, for tests.

use std::{
    env::consts::EXE_SUFFIX,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    cache::{announce, cache},
    cargo_tools, system_packages,
};
use crate::process;

/// Chromium or Chrome with the ChromeDriver of the same version, or Firefox with geckodriver.
pub(crate) struct Browser {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds Chromium and its driver on the search path, and installs them if there are none.
pub(super) fn find_or_install() -> Result<Browser> {
    if let Some(browser) = find_on_path() {
        return Ok(browser);
    }
    if process::find_program("apt-get").is_some() {
        announce("Chromium and its driver", "about two minutes");
        system_packages::install(&["chromium", "chromium-driver"])?;
        return find_on_path().context(
            "apt-get installed chromium and chromium-driver, but the search path has no browser and ChromeDriver of the same major version",
        );
    }
    install_from_npm().context(
        "the tests need Chrome or Chromium and the ChromeDriver of the same version on the search path",
    )
}

/// Finds Firefox and its driver on the search path, and installs them if there are none.
pub(super) fn find_or_install_firefox() -> Result<Browser> {
    let find = || ["firefox-esr", "firefox"].into_iter().find_map(process::find_program);
    let browser = match find() {
        Some(browser) => browser,
        None if process::find_program("apt-get").is_some() => {
            announce("Firefox", "about a minute");
            system_packages::install(&["firefox-esr"])?;
            find().context("apt-get installed firefox-esr, but it is not on the search path")?
        }
        None => {
            announce("Firefox", "about a minute");
            download("firefox").context("the tests need Firefox on the search path")?
        }
    };
    // Each version of geckodriver drives many versions of Firefox.
    let driver = match process::find_program("geckodriver") {
        Some(driver) => driver,
        None => cargo_tools::install_geckodriver()?.join(format!("geckodriver{EXE_SUFFIX}")),
    };
    Ok(Browser { browser, driver })
}

fn find_on_path() -> Option<Browser> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let driver = process::find_program("chromedriver")?;
    let version = major_version(&driver)?;
    let browsers = names.iter().filter_map(|name| process::find_program(name));
    let browser = browsers.into_iter().find(|browser| major_version(browser) == Some(version))?;
    Some(Browser { browser, driver })
}

fn major_version(program: &Path) -> Option<u32> {
    let text = process::output(&mut process::program(program, "--version")).ok()?;
    text.split_whitespace().find_map(|word| word.split('.').next()?.parse().ok())
}

/// Installs Chrome for Testing with its official tool, for systems without apt-get; requires internet access.
fn install_from_npm() -> Result<Browser> {
    announce("Chrome for Testing and its driver", "about two minutes");
    Ok(Browser { browser: download("chrome")?, driver: download("chromedriver")? })
}

/// Downloads a browser or ChromeDriver with a package from npm and returns its program.
fn download(name: &str) -> Result<PathBuf> {
    let npx = if cfg!(windows) { "npx.cmd" } else { "npx" };
    let arguments = format!("--yes @puppeteer/browsers@2 install {name}@stable --path");
    let output = process::output(process::program(npx, &arguments).arg(cache()?))?;
    let last = output.lines().last().unwrap_or_default();
    let (_, path) =
        last.split_once(' ').with_context(|| format!("@puppeteer/browsers printed no path: {last:?}"))?;
    Ok(PathBuf::from(path.trim()))
}
