//! Everything that is kept: organizations and jobs, keys, executions, log lines.
//!
//! One SQLite file in WAL mode: one connection writes, a few read without ever waiting for it. The SQL stays inside
//! this module, one subject a file, so that another database can take its place.

mod catalog;
mod changes;
mod error;
mod executions;
mod file;
mod history;
mod keys;
mod lines;
mod lock;
pub mod log_id;
mod organizations;
mod outcomes;
mod past;
mod requests;
mod reset;
mod runs;
mod seeded;
#[cfg(test)]
mod tests;
pub mod time;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Mutex;
use tokio::time::timeout;

pub use catalog::{Catalog, UnfinishedJobs};
pub use error::ErrorKind;
pub use executions::{Execution, Selection, TriggerState};
pub use file::{Contents, inspect};
pub use history::PastRun;
pub use keys::{AddKey, KeyEntry, KeyHash, MAX_KEYS};
pub use lines::{Line, Lines, StoredLine};
pub use lock::DatabaseLock;
pub use organizations::{Job, Organization, OrganizationId};
pub use runs::{CancelOutcome, Ending, Run, Unfinished};
pub use seeded::{Piece, SeededJob, SeededWork, Seeding};

use changes::{Cached, Changes};
use requests::RequestSender;
use writer::{WriteTransaction, Writer};

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(10);
/// How long the health check waits for the database.
const MAX_CHECK_TIME: Duration = Duration::from_secs(5);

/// What the store answers with when it does not answer.
pub type Result<T> = std::result::Result<T, sqlx::Error>;

/// A handle to the store; clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Writer,
    readers: SqlitePool,
    /// Held while an organization is made up: another one, or a reset, waits.
    seeding: Arc<Mutex<()>>,
    requests: RequestSender,
    changes: Arc<Changes>,
    catalog: Arc<Cached<Catalog>>,
    unfinished_jobs: Arc<Cached<UnfinishedJobs>>,
    /// Held while a health check writes. Concurrent checks use its result.
    checking: Arc<Mutex<()>>,
    demo_key: Arc<OnceLock<(OrganizationId, KeyHash)>>,
}

impl Store {
    /// Opens the database file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be created, read or written, or is not a database of this program. The error is a sentence.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        file::inspect(path).await?;
        let identity = file::create(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns, not at the next checkpoint: who was told "queued" can rely on it.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let open = async {
            let mut first = options.connect().await?;
            file::MIGRATIONS.run(&mut first).await?;
            let writer = Writer::new(options.clone(), identity, first);
            mark(&writer).await?;
            let readers = SqlitePoolOptions::new()
                .max_connections(READERS)
                .acquire_timeout(BUSY)
                // On a full disk a new connection may not be able to open the file.
                .max_lifetime(None)
                .idle_timeout(None)
                .connect_with(options.clone().pragma("query_only", "on"))
                .await?;
            let changes = Changes::open(&options.pragma("query_only", "on")).await?;
            anyhow::Ok((writer, readers, changes))
        };
        let named = open.await.map_err(|error| match kind_of(&error) {
            Some(kind) => error.context(kind),
            None => error,
        });
        let (writer, readers, changes) = named.with_context(|| file::cannot_be_opened(path))?;
        let requests = requests::start(writer.clone());
        Ok(Self {
            writer,
            readers,
            seeding: Arc::default(),
            checking: Arc::default(),
            demo_key: Arc::default(),
            requests,
            changes: Arc::new(changes),
            catalog: Arc::default(),
            unfinished_jobs: Arc::default(),
        })
    }

    /// Checks that the database can be read and written.
    ///
    /// If nothing was written recently, this writes a few bytes, so that a full disk is found before a job is executed.
    ///
    /// # Errors
    ///
    /// Fails if it cannot, or if it does not answer within five seconds.
    pub async fn check(&self) -> std::result::Result<(), ErrorKind> {
        let check = async {
            let read = sqlx::query("SELECT 1 FROM organizations LIMIT 1").fetch_optional(&self.readers).await;
            read.map_err(|error| ErrorKind::of(&error))?;
            if let Some(known) = self.writer.outcomes.recent() {
                return known;
            }
            let _turn = self.checking.lock().await;
            if let Some(known) = self.writer.outcomes.recent() {
                return known;
            }
            self.write_probe().await.map_err(|error| ErrorKind::of(&error))
        };
        timeout(MAX_CHECK_TIME, check).await.unwrap_or(Err(ErrorKind::Busy))
    }

    /// Writes one page.
    async fn write_probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        // Nothing reads this value. SQLite writes the page even if the value has not changed.
        sqlx::query("PRAGMA user_version = 1").execute(&mut tx).await?;
        tx.commit().await
    }

    /// Closes every connection; the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        if let Err(error) = self.changes.close().await {
            tracing::warn!(%error, "a connection to the store did not close");
        }
        self.writer.close().await;
    }

    /// Begins a transaction. Every change of the database is made in one, and none takes effect before its commit.
    async fn write(&self) -> Result<WriteTransaction> {
        self.writer.begin().await
    }
}

/// Returns the lasting cause of an error, if there is one.
fn kind_of(error: &anyhow::Error) -> Option<ErrorKind> {
    let cause = error.chain().find_map(|cause| cause.downcast_ref());
    cause.map(ErrorKind::of).filter(|kind| kind.is_lasting())
}

/// Marks the file as a database of this program.
async fn mark(writer: &Writer) -> Result<()> {
    let mut tx = writer.begin().await?;
    let id: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut tx).await?;
    if id == file::APPLICATION_ID {
        return tx.rollback().await;
    }
    let sql = format!("PRAGMA application_id = {}", file::APPLICATION_ID);
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut tx).await?;
    tx.commit().await
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
