//! Everything that is kept: organisations and jobs, keys, executions, log lines.
//!
//! One SQLite file in WAL mode: one connection writes, a few read without ever waiting for it. The SQL stays inside
//! this module, one subject a file, so that another database can take its place.

mod catalog;
mod changes;
mod executions;
mod history;
mod keys;
mod lines;
mod organisations;
mod reset;
mod runs;
mod seeded;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use tokio::sync::Mutex;

use changes::{Cached, Changes};

pub use catalog::{Catalog, UnfinishedJobs};
pub use executions::{Execution, Selection, TriggerState};
pub use history::PastRun;
pub use keys::{AddKey, KeyEntry};
pub use lines::{Line, Lines, StoredLine};
pub use organisations::OrganisationId;
pub use runs::{Cancelling, Ending, Run, Unfinished};
pub use seeded::{Piece, SeededJob, SeededWork, Seeding};

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(10);

/// What the store answers with when it does not answer.
pub type Result<T> = std::result::Result<T, sqlx::Error>;

/// A handle to the store; clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Held while an organisation is made up: another one, or a reset, waits.
    seeding: Arc<Mutex<()>>,
    changes: Arc<Changes>,
    catalog: Arc<Cached<Catalog>>,
    unfinished_jobs: Arc<Cached<UnfinishedJobs>>,
}

impl Store {
    /// Opens the database file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// The file cannot be made or read, or is no database of this program.
    pub async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns, not at the next checkpoint: who was told "queued" can rely on it.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY)
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        sqlx::migrate!().run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .connect_with(options.clone().pragma("query_only", "on"))
            .await?;
        let changes = Arc::new(Changes::open(&options.pragma("query_only", "on")).await?);
        let (catalog, unfinished_jobs) = (Arc::default(), Arc::default());
        Ok(Self { writer, readers, seeding: Arc::default(), changes, catalog, unfinished_jobs })
    }

    /// Asks the store for a sign of life.
    ///
    /// # Errors
    ///
    /// It gives none.
    pub async fn check(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM organisations LIMIT 1").fetch_optional(&self.readers).await.map(drop)
    }

    /// Closes every connection; the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        if let Err(error) = self.changes.close().await {
            tracing::warn!(%error, "a connection to the store did not close");
        }
        self.writer.close().await;
    }

    /// A transaction that holds the write lock from its start, so that it never fails half-way for want of it.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}

/// The file that `--database` names: a path, or the same after `sqlite:`.
///
/// # Errors
///
/// A sentence for people: it is another kind of database, or none.
pub fn database_path(text: &str) -> std::result::Result<PathBuf, String> {
    let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
    match path.split_once("://") {
        Some((scheme, _)) => {
            Err(format!("{scheme} is not supported: name a SQLite file, for instance gateway.db"))
        }
        None if path.is_empty() || path.starts_with(":memory:") => {
            Err("name a file: the database must outlive the gateway".to_owned())
        }
        None => Ok(PathBuf::from(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file() {
        for text in ["a/b.db", "sqlite:a/b.db", "sqlite://a/b.db"] {
            assert_eq!(database_path(text), Ok(PathBuf::from("a/b.db")), "{text}");
        }
        assert!(
            database_path("postgres://localhost/x").unwrap_err().starts_with("postgres is not supported")
        );
        assert!(database_path("sqlite::memory:").is_err());
        assert!(database_path("").is_err());
    }
}
