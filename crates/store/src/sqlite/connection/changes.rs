//! Caches values until this or another process writes to the database.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::Mutex;

use crate::error::{ErrorKind, Result};

/// The size of SQLite's wal-index header: the first of its two copies (<https://www.sqlite.org/walformat.html>, 2.1).
const HEADER_SIZE: usize = 48;
/// The only version of the header's format.
const HEADER_VERSION: u32 = 3_007_000;

/// The wal-index header. Every commit changes it (a counter, the number of frames and their checksum).
type Stamp = [u8; HEADER_SIZE];

/// Detects changes of the database, and reads changed values.
pub(crate) struct Changes {
    header: Option<&'static File>,
    /// The connection that reads changed values. It stays open as long as the store, so that SQLite keeps the file of the
    /// wal-index. `None` after the store is closed.
    connection: Mutex<Option<SqliteConnection>>,
    /// Whether the store is closed, so that the wal-index is no longer updated.
    is_closed: AtomicBool,
}

impl Changes {
    pub async fn open(options: &SqliteConnectOptions) -> Result<Self> {
        let mut connection = options.connect().await?;
        // SQLite's own name of the file, after symbolic links.
        let file: String = sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'")
            .fetch_one(&mut connection)
            .await?;
        // The first read creates the wal-index.
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
        let header = open_header(Path::new(&format!("{file}-shm")));
        if header.is_none() {
            tracing::warn!(
                "the database has no wal-index that can be read; every request queries the database"
            );
        }
        Ok(Self { header, connection: Mutex::new(Some(connection)), is_closed: AtomicBool::new(false) })
    }

    /// Returns the stamp, which every commit changes; `None` if it is not available, so that every read is a query.
    fn stamp(&self) -> Option<Stamp> {
        if self.is_closed.load(Ordering::Acquire) {
            return None;
        }
        read_header(self.header?)
    }

    /// Returns the header's counter of commits, for tests. Its first value is arbitrary.
    #[cfg(test)]
    pub fn commits(&self) -> u32 {
        let stamp = self.stamp().unwrap();
        u32::from_ne_bytes([stamp[8], stamp[9], stamp[10], stamp[11]])
    }

    pub async fn close(&self) -> Result<()> {
        self.is_closed.store(true, Ordering::Release);
        match self.connection.lock().await.take() {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").field("header", &self.header).finish_non_exhaustive()
    }
}

/// A value read from the database, and the stamp of the database before it was read.
#[derive(Debug)]
pub(crate) struct Cached<T>(RwLock<Option<(Stamp, Arc<T>)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<T> Cached<T> {
    /// Returns the value. It includes every commit that returned before this call.
    ///
    /// `load` reads it again. It gets the previous value, which it may return if that has not changed. Callers that find an
    /// outdated value wait for one `load` and share its result.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed, or if the database fails.
    pub async fn get(
        &self,
        changes: &Changes,
        load: impl AsyncFnOnce(&mut SqliteConnection, Option<Arc<T>>) -> Result<Arc<T>>,
    ) -> Result<Arc<T>> {
        if let Some(value) = self.if_current(changes.stamp()) {
            return Ok(value);
        }
        let mut connection = changes.connection.lock().await;
        let connection = connection.as_mut().ok_or(ErrorKind::Closed)?;
        // Before the read, so that the next call treats a commit in between as a change.
        let stamp = changes.stamp();
        if let Some(value) = self.if_current(stamp) {
            return Ok(value);
        }
        let value = load(connection, self.last()).await?;
        if let Some(stamp) = stamp {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, Arc::clone(&value)));
        }
        Ok(value)
    }

    fn if_current(&self, stamp: Option<Stamp>) -> Option<Arc<T>> {
        let stamp = stamp?;
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cached.as_ref().filter(|(read_at, _)| *read_at == stamp).map(|(_, value)| Arc::clone(value))
    }

    fn last(&self) -> Option<Arc<T>> {
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cached.as_ref().map(|(_, value)| Arc::clone(value))
    }
}

/// Opens the wal-index, a file beside the database that SQLite maps into memory.
///
/// The descriptor is never closed: when a process closes any descriptor of a file, the system drops all its locks on
/// that file, and SQLite relies on its locks on this one. A process opens one store, so one descriptor stays open.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn open_header(path: &Path) -> Option<&'static File> {
    let file: &'static File = Box::leak(Box::new(File::open(path).ok()?));
    read_header(file).map(|_| file)
}

/// Returns `None`: on other systems reading a file may not show what was written through a memory mapping.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn open_header(_: &Path) -> Option<&'static File> {
    None
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn read_header(file: &File) -> Option<Stamp> {
    let mut stamp = [0; HEADER_SIZE];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut stamp, 0).ok()?;
    let version = u32::from_ne_bytes([stamp[0], stamp[1], stamp[2], stamp[3]]);
    let is_initialized = stamp[12] == 1;
    (version == HEADER_VERSION && is_initialized).then_some(stamp)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn read_header(_: &File) -> Option<Stamp> {
    None
}

#[cfg(all(test, any(target_os = "linux", target_os = "macos")))]
mod tests;
