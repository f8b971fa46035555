//! The files of the repository.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};

use super::page::Page;
use crate::process::{self, program};

/// Files and folders that a build creates, and that pages may name.
const BUILT: &[&str] = &["web/dist"];

/// The files that git tracks, or would track, and their folders.
pub(super) struct Files {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Files {
    pub(super) fn of_repository() -> Result<Self> {
        let mut list = program("git", "ls-files --cached --others --exclude-standard");
        Ok(Self::new(process::output(&mut list)?.lines().filter(|file| Path::new(file).exists())))
    }

    pub(super) fn new<'a>(files: impl IntoIterator<Item = &'a str>) -> Self {
        let files: BTreeSet<_> = files.into_iter().map(str::to_owned).collect();
        let parents = |file: &String| {
            Path::new(file).ancestors().skip(1).map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let folders = files.iter().flat_map(parents).collect();
        Self { files, folders }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Returns whether a file or a folder has this path.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.contains(path) || self.folders.contains(path) || BUILT.contains(&path)
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Returns whether a file ends with this path.
    pub(super) fn has_ending(&self, ending: &str) -> bool {
        self.files.iter().any(|file| file.ends_with(ending))
    }

    /// Returns whether the first folder of the path is one of the repository.
    pub(super) fn is_inside(&self, path: &str) -> bool {
        path.split_once('/').is_some_and(|(first, _)| !first.is_empty() && self.folders.contains(first))
    }

    /// Reads every Markdown file.
    pub(super) fn pages(&self) -> Result<Vec<Page>> {
        let pages = self.files.iter().filter(|file| file.ends_with(".md"));
        pages
            .map(|file| {
                let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
                Ok(Page::parse(file, &text))
            })
            .collect()
    }

    /// Returns the names of the packages of the workspace.
    pub(super) fn packages(&self) -> Result<BTreeSet<String>> {
        let manifests = self.files.iter().filter(|file| file.ends_with("Cargo.toml"));
        let names = manifests.map(|file| {
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
            let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
            Ok(name.map(str::to_owned))
        });
        names.filter_map(Result::transpose).collect()
    }
}

/// Resolves a relative path against the folder of a page. Returns nothing if it leaves the repository.
pub(super) fn resolve(page: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Files, resolve};

    #[test]
    fn files_and_their_folders_exist() {
        let files = Files::new(["web/src/app.rs", "README.md"]);
        assert!(files.has("web/src/") && files.has("web/src/app.rs") && files.has("README.md"));
        assert!(!files.has("web/sr") && !files.has("src/app.rs"));
        assert!(files.is_inside("web/other") && !files.is_inside("other/web") && !files.is_inside("/web"));
    }

    #[test]
    fn relative_paths_are_resolved_within_the_repository() {
        assert_eq!(resolve("docs/guides/a.md", "../b.md").as_deref(), Some("docs/b.md"));
        assert_eq!(resolve("README.md", "docs/").as_deref(), Some("docs"));
        assert_eq!(resolve("README.md", "../x"), None);
    }
}
