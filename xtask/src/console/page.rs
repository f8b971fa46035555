//! Changes of `index.html` after trunk has written it.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::files::{DIST, PROGRAM, SNIPPETS};

/// Removes the imported scripts, which are part of other scripts now.
pub(super) fn remove_snippets() -> Result<()> {
    let folder = Path::new(DIST).join(SNIPPETS);
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let html = read_page()?;
    let tag_of_snippet = format!("./{SNIPPETS}/");
    let tags: Vec<_> = html.split_inclusive('>').filter(|tag| !tag.contains(&tag_of_snippet)).collect();
    write_page(&tags.concat())
}

/// Joins all style sheets into one. A browser requests at most six files at a time from a server, and style sheets would
/// delay the program.
pub(super) fn join_style_sheets() -> Result<()> {
    let html = read_page()?;
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
    let first = first.context("index.html has no style sheet")?;
    let name = format!("styles-{}.css", hash(&styles));
    fs::write(Path::new(DIST).join(&name), styles)?;
    write_page(&kept.replace(first, &name))
}

/// Renames the program and its script by a hash of their contents. Browsers cache such files without limit, so the names
/// must change with the contents, and both together.
pub(super) fn rename_by_content(files: [PathBuf; 2]) -> Result<()> {
    let hash = hash(&[fs::read(&files[0])?, fs::read(&files[1])?]);
    let mut html = read_page()?;
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // txjobs-console-HASH.js, txjobs-console-HASH_bg.wasm
        let ending = name[PROGRAM.len()..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let new_name = format!("{PROGRAM}{hash}{ending}");
        fs::rename(&file, file.with_file_name(&new_name))?;
        html = html.replace(&name, &new_name);
    }
    write_page(&html)
}

fn read_page() -> Result<String> {
    fs::read_to_string(Path::new(DIST).join("index.html")).context("cannot read index.html")
}

fn write_page(html: &str) -> Result<()> {
    fs::write(Path::new(DIST).join("index.html"), html).context("cannot write index.html")
}

/// Returns a hash that depends only on the contents and the version of Rust.
fn hash(contents: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
