//! Remembers what the console was built from, because `wasm-opt` takes minutes for the same result.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result};

use crate::{
    process::{self, program},
    setup::BuildTools,
};

/// Files and folders of the repository from which the console is built.
const INPUTS: &str = ".cargo Cargo.lock Cargo.toml crates/sdk openapi.yaml web";
/// The file with the stamp of the last build.
const STAMP: &str = "target/console-stamp";

/// What a build of the console depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConsoleStamp {
    inputs: u64,
}

impl ConsoleStamp {
    /// Reads the files of the repository, and the versions of the tools.
    pub(super) fn read(tools: &BuildTools) -> Result<Self> {
        let list = format!("ls-files --cached --others --exclude-standard -- {INPUTS}");
        let list = process::output(&mut program("git", &list))?;
        let mut versions = process::output(&mut program("rustc", "--version --verbose"))?;
        for folder in [&tools.trunk, &tools.wasm_bindgen, &tools.node] {
            versions.push_str(&folder.to_string_lossy());
        }
        Self::of(&versions, list.lines().map(Path::new))
    }

    fn of<'a>(versions: &str, files: impl Iterator<Item = &'a Path>) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        versions.hash(&mut hasher);
        // git also lists files that were deleted.
        for file in files.filter(|file| file.is_file()) {
            file.hash(&mut hasher);
            fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
        }
        Ok(Self { inputs: hasher.finish() })
    }

    /// Returns whether the last build wrote this page, from the same inputs.
    pub(super) fn is_of(&self, page: &Path) -> bool {
        fs::read_to_string(STAMP).is_ok_and(|stamp| Some(stamp) == self.text(page))
    }

    /// Notes that a build from these inputs has written this page.
    pub(super) fn write(&self, page: &Path) -> Result<()> {
        let text = self.text(page).with_context(|| format!("cannot read {}", page.display()))?;
        fs::write(STAMP, text).with_context(|| format!("cannot write {STAMP}"))
    }

    /// Returns the text of the stamp. It has the time of the page, because trunk can also be used without this program.
    fn text(&self, page: &Path) -> Option<String> {
        let time = fs::metadata(page).and_then(|data| data.modified()).ok()?;
        Some(format!("{:016x} {time:?}", self.inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamp_changes_with_each_input() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let stamp = |versions: &str| ConsoleStamp::of(versions, [&*a, &*b].into_iter()).unwrap();
        fs::write(&a, "1").unwrap();
        let first = stamp("rustc 1");
        assert_eq!(stamp("rustc 1"), first);
        assert_ne!(stamp("rustc 2"), first);
        fs::write(&a, "2").unwrap();
        assert_ne!(stamp("rustc 1"), first);
        fs::write(&a, "1").unwrap();
        fs::write(&b, "").unwrap();
        assert_ne!(stamp("rustc 1"), first);
        fs::remove_file(&b).unwrap();
        assert_eq!(stamp("rustc 1"), first);
    }

    #[test]
    fn page_that_was_built_again_has_another_text() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("index.html");
        let stamp = ConsoleStamp { inputs: 1 };
        assert_eq!(stamp.text(&page), None);
        fs::write(&page, "1").unwrap();
        let text = stamp.text(&page);
        assert_eq!(stamp.text(&page), text);
        let later = fs::metadata(&page).unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        fs::File::options().write(true).open(&page).unwrap().set_modified(later).unwrap();
        assert_ne!(stamp.text(&page), text);
        assert_ne!(ConsoleStamp { inputs: 2 }.text(&page), stamp.text(&page));
    }
}
