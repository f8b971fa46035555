//! The folder of the tools.

use std::{
    ffi::OsString,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Prints what will be installed, and how long it may take.
pub(super) fn announce(what: &str, duration: &str) {
    eprintln!("set-up: installing {what} ({duration}, once)");
}

/// Returns the folder in the cache for the packages that a file lists. Its name depends on the contents of the file, so
/// that several checkouts with different versions can share the cache.
pub(super) fn folder_for(name: &str, list: &Path) -> Result<PathBuf> {
    let text = fs::read(list).with_context(|| format!("cannot read {}", list.display()))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok(cache()?.join(format!("{name}-{:016x}", hasher.finish())))
}

/// Returns the cache folder. It is not in `target`, so that `cargo clean` does not remove it.
pub(super) fn cache() -> Result<PathBuf> {
    let cache = match std::env::var_os("TXJOBS_TOOLS") {
        Some(folder) => PathBuf::from(folder),
        None => dirs::cache_dir()
            .context("this system has no cache folder: set TXJOBS_TOOLS to a folder")?
            .join("txjobs-tools"),
    };
    fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
    cache.canonicalize().with_context(|| format!("cannot read {}", cache.display()))
}

/// Fills a folder by `install`, which gets a temporary folder. The folder gets its name after `install` has succeeded,
/// so that an interrupted installation starts again.
pub(super) fn install_into(folder: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut unfinished = OsString::from(folder);
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    fs::create_dir_all(&unfinished).with_context(|| format!("cannot create {}", unfinished.display()))?;
    install(&unfinished)?;
    fs::rename(&unfinished, folder).with_context(|| format!("cannot create {}", folder.display()))
}
