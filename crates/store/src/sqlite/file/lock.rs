//! The lock that allows one gateway per database.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::inspect::{DATABASE_HINT, ensure_file, inspect};
use super::path::{self, cannot_open_message, with_suffix};
use crate::error::{Error, ErrorKind, Result};

/// The longest wait for the lock. The child of a killed gateway holds the lock between fork and exec.
const MAX_WAIT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The lock of the one process that runs the jobs of a database. Another gateway would end its running runs as failed. The
/// system releases the lock when the process ends in any way. Child processes do not inherit it.
#[derive(Debug)]
pub struct DatabaseLock {
    /// The lock is held while these files are open.
    _files: Vec<File>,
}

impl DatabaseLock {
    /// Takes the lock, and creates the database file if there is none. Waits two seconds for another process.
    ///
    /// Call this before the store is opened: SQLite loses its own locks on a file when the process closes any handle of it.
    ///
    /// # Errors
    ///
    /// Fails if another process has the lock, or if the file is not a database of this program.
    pub async fn acquire(database: &Path) -> Result<Self> {
        inspect(database).await?;
        Self::acquire_for_replacement(database).await
    }

    /// Takes the lock of a database that is to be replaced, also if it is damaged or that of another program.
    ///
    /// # Errors
    ///
    /// As [`Self::acquire`], and if the path is not that of a file.
    pub(crate) async fn acquire_for_replacement(database: &Path) -> Result<Self> {
        if let Ok(metadata) = fs::metadata(database) {
            ensure_file(database, &metadata, DATABASE_HINT)?;
        }
        path::create(database)?;
        let files =
            open(database).map_err(|error| Error::from(error).with_message(cannot_open_message(database)))?;
        let shown = database.display();
        let end = Instant::now() + MAX_WAIT;
        loop {
            match files.iter().try_for_each(|(file, lock)| lock(file)) {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(POLL_INTERVAL).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::new(
                        ErrorKind::Locked,
                        format!(
                            "Another gateway uses the database {shown}. Stop that gateway, or name another file with --database."
                        ),
                    ));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(
                        Error::from(error).with_message(format!("The database {shown} cannot be locked"))
                    );
                }
            }
        }
        Ok(Self { _files: files.into_iter().map(|(file, _)| file).collect() })
    }
}

type TryLock = fn(&File) -> Result<(), TryLockError>;

/// Opens the files to lock. Links and relative paths lead to the same files.
fn open(database: &Path) -> io::Result<Vec<(File, TryLock)>> {
    let database = fs::canonicalize(database)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Beside the database, for systems and file systems without a lock that is compatible with SQLite's.
    let lock_file = options.open(with_suffix(&database, ".lock"))?;
    let mut files: Vec<(File, TryLock)> = vec![(lock_file, File::try_lock)];
    #[cfg(target_os = "linux")]
    {
        // The file itself: under another name (hard link, mount) the lock file beside it is another one.
        let file = OpenOptions::new().read(true).write(true).open(&database)?;
        files.push((file, linux::try_lock));
    }
    Ok(files)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{File, TryLockError};

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;

    /// Locks a byte beyond the end of every database.
    ///
    /// SQLite locks bytes after the first gigabyte, and bytes of other files. `File::try_lock` is sufficient on a local file
    /// system, but on NFS it locks the whole file, including the bytes of SQLite. A lock of the open file description is not
    /// lost when another handle of the file is closed.
    pub fn try_lock(file: &File) -> Result<(), TryLockError> {
        let lock = libc::flock {
            l_type: libc::F_WRLCK as _,
            l_whence: libc::SEEK_SET as _,
            l_start: libc::off_t::MAX - 1,
            l_len: 1,
            l_pid: 0,
        };
        match fcntl(file, FcntlArg::F_OFD_SETLK(&lock)) {
            Ok(_) => Ok(()),
            Err(Errno::EAGAIN | Errno::EACCES) => Err(TryLockError::WouldBlock),
            // A file system without locks. The lock file beside the database is locked.
            Err(Errno::EINVAL | Errno::ENOLCK | Errno::EOPNOTSUPP) => Ok(()),
            Err(error) => Err(TryLockError::Error(error.into())),
        }
    }
}
