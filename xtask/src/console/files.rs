//! The files of the console.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// The folder into which trunk writes the console.
pub(crate) const DIST: &str = "web/dist";

/// The start of the names of the WebAssembly file and its script.
pub(super) const PROGRAM: &str = "txjobs-console-";

/// The folder in [`DIST`] of the scripts that the program imports.
pub(super) const SNIPPETS: &str = "snippets";

/// Returns the file whose name starts with [`PROGRAM`] and has this ending.
pub(super) fn find(ending: &str) -> Result<PathBuf> {
    let matches = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PROGRAM) && name.ends_with(ending)
    };
    list()?.into_iter().find(matches).with_context(|| format!("{DIST} has no file {PROGRAM}*{ending}"))
}

/// Returns all files without their compressed copies, sorted.
pub(super) fn list() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files)?;
    files.retain(|file| file.extension().is_none_or(|extension| extension != "br" && extension != "gz"));
    if files.is_empty() {
        bail!("{DIST} is empty");
    }
    files.sort();
    Ok(files)
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
