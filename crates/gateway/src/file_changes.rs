//! Notices that files have changed.
//!
//! Compares the content once a second. Notifications of the system miss changes on network file systems, in volumes of
//! containers, and behind symbolic links, which Kubernetes and certificate tools replace. These files are small.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::sleep;

/// The time between two comparisons. A change counts when two of them find the same content, because a program may still write.
const INTERVAL: Duration = Duration::from_secs(1);

/// The hash of each file's content, or `None` for a file that cannot be read.
type Fingerprint = Vec<Option<[u8; 32]>>;

/// Files, and their content when they were last used.
#[derive(Clone, Debug)]
pub(crate) struct WatchedFiles {
    paths: Arc<[PathBuf]>,
    used: Fingerprint,
}

impl WatchedFiles {
    /// Creates the watch of files whose content is read next.
    pub fn new(paths: impl Into<Arc<[PathBuf]>>) -> Self {
        let paths = paths.into();
        let used = fingerprint(&paths);
        Self { paths, used }
    }

    /// Notes that the content is read next.
    pub async fn note_use(&mut self) {
        if let Some(now) = self.fingerprint().await {
            self.used = now;
        }
    }

    /// Waits until the content differs from that of the last use.
    pub async fn changed(&mut self) {
        let mut before = None;
        loop {
            sleep(INTERVAL).await;
            let Some(now) = self.fingerprint().await else { continue };
            if now != self.used && before.as_ref() == Some(&now) {
                self.used = now;
                return;
            }
            before = Some(now);
        }
    }

    /// Reads the files in the background: a file server may not respond. Returns `None` if that panicked.
    async fn fingerprint(&self) -> Option<Fingerprint> {
        let paths = Arc::clone(&self.paths);
        tokio::task::spawn_blocking(move || fingerprint(&paths)).await.ok()
    }
}

fn fingerprint(paths: &[PathBuf]) -> Fingerprint {
    paths.iter().map(|path| std::fs::read(path).ok().map(|content| Sha256::digest(content).into())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio::time::{Instant, timeout};

    use super::*;

    fn folder_with(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, content).unwrap();
        (folder, file)
    }

    #[tokio::test(start_paused = true)]
    async fn unchanged_content_is_no_change() {
        let (_folder, file) = folder_with("a");
        let mut files = WatchedFiles::new([file.clone()]);
        fs::write(&file, "a").unwrap();
        assert!(timeout(4 * INTERVAL, files.changed()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn content_that_is_still_written_is_no_change() {
        let (_folder, file) = folder_with("a");
        let mut files = WatchedFiles::new([file.clone()]);
        let start = Instant::now();
        let write = async {
            for n in 0..6 {
                fs::write(&file, format!("b{n}")).unwrap();
                sleep(INTERVAL / 2).await;
            }
        };
        tokio::join!(write, files.changed());
        assert!(start.elapsed() > 3 * INTERVAL, "{:?}", start.elapsed());
        assert_eq!(fs::read_to_string(&file).unwrap(), "b5");
    }

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn replaced_links_and_removed_files_are_changes() {
        let (folder, file) = folder_with("a");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut files = WatchedFiles::new([link.clone()]);
        let (_other_folder, other) = folder_with("b");
        let new_link = folder.path().join("new");
        std::os::unix::fs::symlink(&other, &new_link).unwrap();
        fs::rename(&new_link, &link).unwrap();
        files.changed().await;
        fs::remove_file(&other).unwrap();
        files.changed().await;
    }
}
