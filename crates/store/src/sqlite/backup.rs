//! Copies of a database file: written while it is used, and put in its place again.

use std::fs::{self, File};
use std::io::{self, ErrorKind as IoErrorKind};
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::{Builder, NamedTempFile};

use super::file::inspect::{BACKUP_HINT, DatabaseContent, MAX_WAIT, inspect, inspect_with_hint};
use super::file::lock::DatabaseLock;
use super::file::path::with_suffix;
use crate::error::{Error, ErrorKind, Result};

/// The files that SQLite writes beside a database, and that contain parts of it.
const LOG_SUFFIXES: [&str; 2] = ["-wal", "-journal"];
/// The file that SQLite creates again from the write-ahead log.
const SHARED_MEMORY_SUFFIX: &str = "-shm";

/// Whether [`restore`] may replace a database that has content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplacePolicy {
    /// Refuse to replace it.
    Refuse,
    /// Keep it beside the restored one under a name that ends with this text.
    Keep {
        /// The end of the name, for instance `.replaced-20260314T020002Z`.
        suffix: String,
    },
}

/// A database that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredDatabase {
    /// Where the replaced database is. `None`: there was none.
    pub replaced: Option<PathBuf>,
    /// The number of pending runs, which start with the next node.
    pub pending_runs: u64,
}

/// Writes a consistent copy of a database into a new file that only its owner may read, also while a node uses the database. The
/// file has its name only when it is complete and on the disk. Returns its size in bytes.
///
/// # Errors
///
/// Fails if the database does not exist or has no tables, or if the file exists or cannot be written.
pub async fn back_up(database: &Path, file: &Path) -> Result<u64> {
    if inspect(database).await? == DatabaseContent::Empty {
        let message = format!(
            "The database {} does not exist or is empty. Name another one with --database.",
            database.display()
        );
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let exists = || {
        let message = format!("{} exists and is not overwritten. Name a new file.", file.display());
        Error::new(ErrorKind::Conflict, message)
    };
    // Also if it is a symbolic link that leads nowhere.
    if fs::symlink_metadata(file).is_ok() {
        return Err(exists());
    }
    let failed =
        |error: Error| error.with_message(format!("The backup {} cannot be written", file.display()));
    // A connection that cannot write would leave the write-ahead log of a killed node behind.
    let source = SqliteConnectOptions::new().filename(database);
    let copy = copy_beside(source, file).await.map_err(failed)?;
    let written = copy.persist_noclobber(file).map_err(|error| match error.error.kind() {
        IoErrorKind::AlreadyExists => exists(),
        _ => failed(error.error.into()),
    })?;
    sync_folder(file).map_err(|error| failed(error.into()))?;
    Ok(written.metadata()?.len())
}

/// Replaces a database by the content of a backup, which stays as it is. No node may use the database. If this fails, the database
/// is as before.
///
/// # Errors
///
/// Fails if the file is not a complete database of this program that this version can use, if a node uses the database, if it has
/// content that may not be replaced, or if the file system fails.
pub async fn restore(file: &Path, database: &Path, policy: ReplacePolicy) -> Result<RestoredDatabase> {
    if inspect_with_hint(file, BACKUP_HINT).await? == DatabaseContent::Empty {
        let message = format!("{} does not exist or has no tables. {BACKUP_HINT}", file.display());
        return Err(Error::new(ErrorKind::InvalidFile, message));
    }
    // Before the lock, which changes the permissions of the file.
    ensure_replaceable(database, &policy).await?;
    let lock = DatabaseLock::acquire_for_replacement(database).await?;
    let has_content = ensure_replaceable(database, &policy).await?;
    // A symbolic link stays, and leads to the restored file.
    let target = fs::canonicalize(database)?;
    if fs::canonicalize(file)? == target {
        let message = format!("{} is the database itself. {BACKUP_HINT}", file.display());
        return Err(Error::new(ErrorKind::InvalidFile, message));
    }
    let failed = |error: Error| {
        error.with_message(format!(
            "The database {} cannot be replaced. Nothing was changed",
            database.display()
        ))
    };
    let immutable = !with_suffix(&fs::canonicalize(file)?, "-wal").exists();
    let source = SqliteConnectOptions::new().filename(file).read_only(true).immutable(immutable);
    let copy = copy_beside(source, &target).await.map_err(|error| match error.kind() {
        ErrorKind::Damaged => {
            error.with_message(format!("{} is damaged or incomplete. {BACKUP_HINT}", file.display()))
        }
        _ => failed(error),
    })?;
    let pending_runs = count_pending_runs(copy.path()).await.map_err(failed)?;
    give_to_owner_of(&target, &copy).map_err(|error| failed(error.into()))?;
    let replaced = match policy {
        ReplacePolicy::Keep { suffix } if has_content => {
            Some(keep(&target, &suffix).map_err(|error| failed(error.into()))?)
        }
        _ => None,
    };
    replace(&target, copy).map_err(|error| {
        let kept = replaced.iter().map(|path| format!(" Its complete content is in {}.", path.display()));
        Error::from(error).with_message(format!(
            "The database {} could not be replaced.{}",
            database.display(),
            kept.collect::<String>()
        ))
    })?;
    drop(lock);
    Ok(RestoredDatabase { replaced, pending_runs })
}

/// Returns whether a database has content. A damaged one has, and that of another program.
///
/// # Errors
///
/// Fails if the content may not be replaced.
async fn ensure_replaceable(database: &Path, policy: &ReplacePolicy) -> Result<bool> {
    let has_content = !matches!(inspect(database).await, Ok(DatabaseContent::Empty));
    if has_content && *policy == ReplacePolicy::Refuse {
        let message = format!(
            "The database {} has content, which is not replaced. To replace it and to keep it beside the restored one, add --force.",
            database.display()
        );
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    Ok(has_content)
}

/// Copies a database into a temporary file in the folder of another file. The copy is complete and on the disk.
async fn copy_beside(source: SqliteConnectOptions, file: &Path) -> Result<NamedTempFile> {
    // It can be read and written by its owner only.
    let copy = Builder::new().prefix(".txjobs-").suffix(".partial").tempfile_in(folder_of(file))?;
    let text = copy.path().to_str().ok_or_else(|| {
        Error::new(ErrorKind::CannotOpen, format!("The path {} is not valid UTF-8", copy.path().display()))
    })?;
    let mut connection = source.busy_timeout(MAX_WAIT).connect().await?;
    // SQLite writes into an empty file.
    let copied = sqlx::query("VACUUM INTO ?").bind(text).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    copy.as_file().sync_all()?;
    Ok(copy)
}

async fn count_pending_runs(database: &Path) -> Result<u64> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true).immutable(true);
    let mut connection = options.connect().await?;
    let count: std::result::Result<i64, _> =
        sqlx::query_scalar("SELECT count(*) FROM executions WHERE state < 2 AND state = 0")
            .fetch_one(&mut connection)
            .await;
    connection.close().await?;
    Ok(u64::try_from(count?).unwrap_or_default())
}

/// Gives a second name to a database and the files that contain parts of it. Returns the name of the database.
fn keep(database: &Path, suffix: &str) -> io::Result<PathBuf> {
    let kept = with_suffix(database, suffix);
    link_or_copy(database, &kept)?;
    for log in LOG_SUFFIXES {
        let file = with_suffix(database, log);
        if file.exists() {
            link_or_copy(&file, &with_suffix(&kept, log))?;
        }
    }
    sync_folder(database)?;
    Ok(kept)
}

/// Gives a second name to a file, or copies it if the file system has no such names. Fails if a file has the name.
fn link_or_copy(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() != IoErrorKind::AlreadyExists => {
            let copy = NamedTempFile::new_in(folder_of(name))?;
            io::copy(&mut File::open(file)?, &mut copy.as_file())?;
            copy.as_file().sync_all()?;
            copy.persist_noclobber(name).map(drop).map_err(|error| error.error)
        }
        linked => linked,
    }
}

/// Replaces a database by a copy. Without the logs of the old one, which SQLite would apply to the new one.
fn replace(database: &Path, copy: NamedTempFile) -> io::Result<()> {
    for suffix in LOG_SUFFIXES.into_iter().chain([SHARED_MEMORY_SUFFIX]) {
        match fs::remove_file(with_suffix(database, suffix)) {
            Err(error) if error.kind() != IoErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_folder(database)?;
    copy.persist(database).map_err(|error| error.error)?;
    sync_folder(database)
}

/// Makes the owner of a file the owner of the copy as well: an administrator may restore the database of another user.
#[cfg(unix)]
fn give_to_owner_of(file: &Path, copy: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let (wanted, current) = (fs::metadata(file)?, copy.as_file().metadata()?);
    let owner = |metadata: &fs::Metadata| (metadata.uid(), metadata.gid());
    if owner(&wanted) == owner(&current) {
        return Ok(());
    }
    fchown(copy.as_file(), Some(wanted.uid()), Some(wanted.gid()))
}

#[cfg(not(unix))]
fn give_to_owner_of(_: &Path, _: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

/// Returns the folder of a file.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in the folder of a file durable.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(folder_of(file))?.sync_all()
}

/// Does nothing, because this system cannot open folders.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
