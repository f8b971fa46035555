//! The files of the database: creates them, restricts their permissions, and detects a replaced file.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind as IoErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Creates an empty database file that only its owner may read, if there is none. SQLite gives the files beside it the same
/// permissions. Removes the permissions of other users from existing files.
pub(crate) fn create(path: &Path) -> Result<FileIdentity> {
    let created = create_restricted(path);
    created.map_err(|error| Error::from(error).with_message(cannot_open_message(path)))
}

fn create_restricted(path: &Path) -> io::Result<FileIdentity> {
    if !path.exists() {
        let mut options = OpenOptions::new();
        // Not exclusively: a symbolic link may lead to a file that does not exist yet.
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?;
    }
    let real = fs::canonicalize(path)?;
    restrict(&real);
    restrict(&with_suffix(&real, "-wal"));
    restrict(&with_suffix(&real, "-shm"));
    Ok(FileIdentity::of(&fs::metadata(path)?))
}

/// Returns the error text for a database that cannot be opened, without the cause.
pub(crate) fn cannot_open_message(path: &Path) -> String {
    format!(
        "The database {} cannot be opened. Name another file with --database; its folder must exist and be writable",
        path.display()
    )
}

/// Returns the path of a file beside the database, whose name ends with this suffix.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(unix)]
fn restrict(file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let Ok(metadata) = fs::metadata(file) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if mode == 0o600 {
        return;
    }
    let shown = file.display();
    match fs::set_permissions(file, fs::Permissions::from_mode(0o600)) {
        Ok(()) => {
            tracing::warn!("{shown} had the permissions {mode:o}; now only its owner may read it (600)");
        }
        Err(error) => {
            tracing::warn!(%error, "{shown} has the permissions {mode:o}, which could not be changed");
        }
    }
}

#[cfg(not(unix))]
fn restrict(_: &Path) {}

/// Identifies the file of a database independently of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self {}
    }

    /// Fails if there is no file or another file at the path.
    pub fn check(&self, path: &Path) -> Result<()> {
        if Self::of(&fs::metadata(path)?) == *self {
            return Ok(());
        }
        let replaced =
            io::Error::new(IoErrorKind::NotFound, "the database file was replaced while it was in use");
        Err(replaced.into())
    }
}
