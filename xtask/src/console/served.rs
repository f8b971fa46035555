//! What browsers ask a host for: one style sheet, and names that change with what is in the files.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{DIST, PROGRAM};

/// Makes one style sheet of all: a browser asks a host for six files at a time, and these are not to stand before the
/// program.
pub(super) fn join_styles() -> Result<()> {
    let page = Path::new(DIST).join("index.html");
    let html = fs::read_to_string(&page)?;
    let (mut styles, mut first, mut kept) = (String::new(), None, String::new());
    for tag in html.split_inclusive('>') {
        let name = tag.split("./").nth(1).and_then(|rest| rest.split([' ', '>']).next());
        match name.filter(|name| tag.contains("stylesheet") && name.ends_with(".css")) {
            Some(name) => {
                let file = Path::new(DIST).join(name);
                styles += &fs::read_to_string(&file)?;
                fs::remove_file(file)?;
                if first.is_none() {
                    first = Some(name);
                    kept += tag;
                }
            }
            None => kept += tag,
        }
    }
    let first = first.context("the page has no style sheet")?;
    let name = format!("styles-{}.css", hash_of(&styles));
    fs::write(Path::new(DIST).join(&name), styles)?;
    Ok(fs::write(page, kept.replace(first, &name))?)
}

/// Names the program and its script by what is in them now. Browsers keep what has such a name for ever, and of two
/// files that belong together nobody may get one old and one new.
pub(super) fn name_by_content(files: [PathBuf; 2]) -> Result<()> {
    let hash = hash_of(&[fs::read(&files[0])?, fs::read(&files[1])?]);
    let page = Path::new(DIST).join("index.html");
    let mut html = fs::read_to_string(&page)?;
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // txjobs-console-HASH.js, txjobs-console-HASH_bg.wasm
        let ending = name[PROGRAM.len()..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let new = format!("{PROGRAM}{hash}{ending}");
        fs::rename(&file, file.with_file_name(&new))?;
        html = html.replace(&name, &new);
    }
    Ok(fs::write(page, html)?)
}

/// Of the content alone: the same on every machine with this toolchain.
fn hash_of(content: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
