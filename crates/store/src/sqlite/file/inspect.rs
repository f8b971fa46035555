//! Inspects the path of a database without changing anything.

use std::fs;
use std::io::{ErrorKind as IoErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::migrations::{APPLICATION_ID, MIGRATIONS, MIGRATIONS_TABLE};
use super::path::{cannot_open_message, with_suffix};
use crate::error::{Error, ErrorKind, Result};

/// The tables of a database whose creation ended before it got its application id.
const TABLES: [&str; 4] = [MIGRATIONS_TABLE, "api_keys", "executions", "organizations"];
/// The longest wait for a lock of another program.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(10);

/// What to do about a database that cannot be used.
pub(crate) const DATABASE_HINT: &str = "Name another file with --database.";
/// What to do about a backup that cannot be used.
pub(crate) const BACKUP_HINT: &str = "Name a file that `backup` has written.";

/// The content at the path of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseContent {
    /// No file, or one without tables.
    Empty,
    /// A database of this program, with the tables of this version.
    Current,
    /// A database of this program, with the tables of an earlier version.
    Outdated,
}

/// The content of a SQLite database.
struct Inspection {
    application_id: i64,
    tables: Vec<String>,
    /// The version and the checksum of each applied migration.
    migrations: Vec<(i64, Vec<u8>)>,
}

/// Inspects the path of a database, and changes nothing.
///
/// # Errors
///
/// Fails if the path cannot be read, or if it is not a database of this program that this version can use.
pub async fn inspect(path: &Path) -> Result<DatabaseContent> {
    inspect_with_hint(path, DATABASE_HINT).await
}

/// Inspects a path. `hint` is the sentence that says what to do after an error.
///
/// # Errors
///
/// As [`inspect`].
pub(crate) async fn inspect_with_hint(path: &Path, hint: &str) -> Result<DatabaseContent> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == IoErrorKind::NotFound => return Ok(DatabaseContent::Empty),
        Err(error) => return Err(Error::from(error).with_message(cannot_read_message(path, hint))),
    };
    ensure_file(path, &metadata, hint)?;
    if metadata.len() == 0 {
        return Ok(DatabaseContent::Empty);
    }
    let found = match open_and_read(path).await {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::Damaged => {
            let problem =
                if is_sqlite(path) { "is damaged or incomplete" } else { "is not a SQLite database" };
            return Err(invalid(path, problem, hint));
        }
        Err(error) => return Err(error.with_message(cannot_read_message(path, hint))),
    };
    if found.application_id == 0 && found.tables.is_empty() {
        return Ok(DatabaseContent::Empty);
    }
    let has_our_tables = TABLES.iter().all(|table| found.tables.iter().any(|name| name == table));
    if found.application_id != APPLICATION_ID && !(found.application_id == 0 && has_our_tables) {
        return Err(invalid(
            path,
            "is the SQLite database of another program. Nothing was changed in it",
            hint,
        ));
    }
    content_of_version(path, &found.migrations, hint)
}

/// Returns whether a file begins like a SQLite database. <https://www.sqlite.org/fileformat.html#magic_header_string>
fn is_sqlite(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"SQLite format 3\0"
}

/// Fails if a path is not that of a file. Opening a pipe would block.
pub(crate) fn ensure_file(path: &Path, metadata: &fs::Metadata, hint: &str) -> Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "a directory" } else { "a device or a pipe" };
    Err(invalid(path, &format!("is {what}, not a file"), hint))
}

/// Compares the applied migrations with those of this version.
fn content_of_version(path: &Path, applied: &[(i64, Vec<u8>)], hint: &str) -> Result<DatabaseContent> {
    let shown = path.display();
    let checksum_of = |version: i64| {
        let migration = MIGRATIONS.iter().find(|migration| migration.version == version);
        migration.map(|migration| &*migration.checksum)
    };
    let is_changed = |(version, checksum): &(i64, Vec<u8>)| {
        checksum_of(*version).is_some_and(|expected| expected != checksum.as_slice())
    };
    if applied.iter().any(is_changed) {
        return Err(Error::new(
            ErrorKind::UnsupportedVersion,
            format!(
                "{shown} was written by a development version of txjobs-gateway with other tables. Nothing was changed in \
                 it. Use that version to read it. {hint}"
            ),
        ));
    }
    if applied.iter().any(|(version, _)| checksum_of(*version).is_none()) {
        return Err(Error::new(
            ErrorKind::UnsupportedVersion,
            format!(
                "{shown} was written by a later version of txjobs-gateway. Nothing was changed in it. Use that version. {hint}"
            ),
        ));
    }
    let is_current = applied.len() == MIGRATIONS.iter().count();
    Ok(if is_current { DatabaseContent::Current } else { DatabaseContent::Outdated })
}

fn invalid(path: &Path, problem: &str, hint: &str) -> Error {
    let message = format!("{} {problem}. {hint}", path.display());
    Error::new(ErrorKind::InvalidFile, message)
}

/// Returns the error text for a file that cannot be read, without the cause.
fn cannot_read_message(path: &Path, hint: &str) -> String {
    match hint {
        DATABASE_HINT => cannot_open_message(path),
        _ => format!("{} cannot be read", path.display()),
    }
}

async fn open_and_read(path: &Path) -> Result<Inspection> {
    let real = fs::canonicalize(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // Without a write-ahead log no process has the file open; then SQLite creates no files beside it.
        .immutable(!with_suffix(&real, "-wal").exists())
        .busy_timeout(MAX_WAIT);
    let mut connection = options.connect().await?;
    let found = read(&mut connection).await;
    connection.close().await?;
    found
}

async fn read(connection: &mut SqliteConnection) -> Result<Inspection> {
    let application_id = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await?;
    let migrations = match tables.iter().any(|name| name == MIGRATIONS_TABLE) {
        // A table of this name with other columns belongs to another program.
        true => sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations")
            .fetch_all(&mut *connection)
            .await
            .unwrap_or_default(),
        false => Vec::new(),
    };
    Ok(Inspection { application_id, tables, migrations })
}
