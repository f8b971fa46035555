//! Inspects the path of a database without changing anything.

use std::fs;
use std::io::ErrorKind as IoErrorKind;
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
const MAX_WAIT: Duration = Duration::from_secs(10);

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
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == IoErrorKind::NotFound => return Ok(DatabaseContent::Empty),
        Err(error) => return Err(Error::from(error).with_message(cannot_open_message(path))),
    };
    // Opening a pipe would block.
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a directory" } else { "a device or a pipe" };
        return Err(invalid(path, &format!("is {what}, not a file")));
    }
    if metadata.len() == 0 {
        return Ok(DatabaseContent::Empty);
    }
    let found = match open_and_read(path).await {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::Damaged => {
            return Err(invalid(path, "is not a SQLite database"));
        }
        Err(error) => return Err(error.with_message(cannot_open_message(path))),
    };
    if found.application_id == 0 && found.tables.is_empty() {
        return Ok(DatabaseContent::Empty);
    }
    let has_our_tables = TABLES.iter().all(|table| found.tables.iter().any(|name| name == table));
    if found.application_id != APPLICATION_ID && !(found.application_id == 0 && has_our_tables) {
        return Err(invalid(path, "is the SQLite database of another program. Nothing was changed in it"));
    }
    content_of_version(path, &found.migrations)
}

/// Compares the applied migrations with those of this version.
fn content_of_version(path: &Path, applied: &[(i64, Vec<u8>)]) -> Result<DatabaseContent> {
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
                 it. Use that version to read it, or name another file with --database."
            ),
        ));
    }
    if applied.iter().any(|(version, _)| checksum_of(*version).is_none()) {
        return Err(Error::new(
            ErrorKind::UnsupportedVersion,
            format!(
                "{shown} was written by a later version of txjobs-gateway. Nothing was changed in it. Use that version, or \
                 name another file with --database."
            ),
        ));
    }
    let is_current = applied.len() == MIGRATIONS.iter().count();
    Ok(if is_current { DatabaseContent::Current } else { DatabaseContent::Outdated })
}

fn invalid(path: &Path, problem: &str) -> Error {
    let message = format!("{} {problem}. Name another file with --database.", path.display());
    Error::new(ErrorKind::InvalidFile, message)
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
