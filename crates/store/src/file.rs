//! The database file: checks its owner program, its permissions and its identity.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::BUSY;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

/// Marks a database of this program: "TXJB". <https://www.sqlite.org/pragma.html#pragma_application_id>
pub(super) const APPLICATION_ID: i64 = 0x5458_4a42;

/// The tables of a database that has no application id yet.
const TABLES: [&str; 4] = ["_sqlx_migrations", "api_keys", "executions", "organizations"];

/// The content at the path of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// No file, or one without content.
    Nothing,
    /// A database of this program, with the tables of this version.
    Current,
    /// A database of this program, with the tables of an earlier version.
    Outdated,
}

/// Inspects the path of a database, and changes nothing.
///
/// # Errors
///
/// Fails if it cannot be read, is the database of another program or of a later version, or is not a database.
pub async fn inspect(path: &Path) -> Result<Contents> {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Contents::Nothing),
        Err(error) => return Err(error).with_context(|| cannot_be_opened(path)),
    };
    // Opening a pipe would block.
    ensure!(
        metadata.is_file(),
        "{shown} is {}, not a file. Name another file with --database.",
        if metadata.is_dir() { "a directory" } else { "a device or a pipe" }
    );
    if metadata.len() == 0 {
        return Ok(Contents::Nothing);
    }
    let real = fs::canonicalize(path).with_context(|| cannot_be_opened(path))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // Without a write-ahead log no process has the file open; then SQLite creates no files beside it.
        .immutable(!beside(&real, "-wal").exists())
        .busy_timeout(BUSY);
    let read = async {
        let mut connection = options.connect().await?;
        let read = read(&mut connection).await;
        connection.close().await?;
        read
    };
    let (application_id, tables, version) = match read.await {
        Ok(read) => read,
        Err(error) if super::ErrorKind::of(&error) == super::ErrorKind::Damaged => {
            bail!("{shown} is not a SQLite database. Name another file with --database.")
        }
        Err(error) => return Err(error).with_context(|| cannot_be_opened(path)),
    };
    let has_our_tables = TABLES.iter().all(|table| tables.iter().any(|name| name == table));
    let is_ours = application_id == APPLICATION_ID || (application_id == 0 && has_our_tables);
    if !is_ours && application_id == 0 && tables.is_empty() {
        return Ok(Contents::Nothing);
    }
    ensure!(
        is_ours,
        "{shown} is the SQLite database of another program. Nothing was changed in it. Name another file with --database."
    );
    let latest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    ensure!(
        version <= latest,
        "{shown} was written by a later version of txjobs-gateway. Use that version, or name another file with --database."
    );
    Ok(if version == latest { Contents::Current } else { Contents::Outdated })
}

async fn read(connection: &mut SqliteConnection) -> super::Result<(i64, Vec<String>, i64)> {
    let application_id = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await?;
    let version = match tables.iter().any(|name| name == TABLES[0]) {
        // A table of this name with other columns belongs to another program.
        true => sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await
            .unwrap_or(None),
        false => None,
    };
    Ok((application_id, tables, version.unwrap_or_default()))
}

/// Creates an empty database file that only its owner may read, if there is none. SQLite gives the files beside it the same
/// permissions. Removes the permissions of other users from the files of an earlier version.
pub(super) fn create(path: &Path) -> Result<Identity> {
    let prepare = || -> io::Result<Identity> {
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
        restrict(&beside(&real, "-wal"));
        restrict(&beside(&real, "-shm"));
        Ok(Identity::of(&fs::metadata(path)?))
    };
    prepare().with_context(|| cannot_be_opened(path))
}

/// Returns the error text for a database that cannot be opened, without the cause.
pub(super) fn cannot_be_opened(path: &Path) -> String {
    format!(
        "The database {} cannot be opened. Name another file with --database; its folder must exist and be writable",
        path.display()
    )
}

/// Returns the name of a file beside the database, which ends with this suffix.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
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
pub(super) struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self {}
    }

    /// Fails if there is another file at the path now.
    pub fn check(&self, path: &Path) -> io::Result<()> {
        if Self::of(&fs::metadata(path)?) == *self {
            return Ok(());
        }
        Err(io::Error::new(ErrorKind::NotFound, "the database file was replaced while it was in use"))
    }
}
