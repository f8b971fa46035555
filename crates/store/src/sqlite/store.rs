//! The handle to the store: opens, checks, and closes the database.

use std::path::Path;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::catalog::{read_catalog, read_unfinished_jobs};
use super::connection::changes::{Cached, Changes};
use super::connection::transaction::WriteTransaction;
use super::connection::writer::Writer;
use super::file::inspect::inspect;
use super::file::lock::DatabaseLock;
use super::file::migrations;
use super::file::path::{self, FileIdentity};
use super::run_requests::write_requests;
use crate::catalog::{Catalog, CatalogStore, UnfinishedJobs};
use crate::error::{Error, ErrorKind, Result};
use crate::run_requests::RunRequests;
use crate::store::Store;
use crate::time::{Micros, from_timestamp};

/// The number of connections that read.
const MAX_READERS: u32 = 4;
/// The longest wait for a lock of another program, and for a connection that reads.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// The longest time of a health check.
const MAX_CHECK_TIME: Duration = Duration::from_secs(5);

/// A handle to the store in a SQLite file. Clones share the connections.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pub(super) writer: Writer,
    pub(super) read_pool: SqlitePool,
    pub(super) run_requests: RunRequests,
    pub(super) changes: Arc<Changes>,
    catalog: Arc<Cached<Catalog>>,
    unfinished_jobs: Arc<Cached<UnfinishedJobs>>,
    /// Held while a health check writes. Concurrent checks use its result.
    check_turn: Arc<Mutex<()>>,
    /// The lock of the only node, until the store is closed.
    lock: Arc<StdMutex<Option<DatabaseLock>>>,
}

impl SqliteStore {
    /// Opens the database file, creates it if it does not exist, and upgrades its tables.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be created, read, or written, or if it is not a database of this program.
    pub async fn open(path: &Path) -> Result<Self> {
        inspect(path).await?;
        let identity = path::create(path)?;
        let opened = Self::open_created(path, identity).await;
        opened.map_err(|error| error.with_message(path::cannot_open_message(path)))
    }

    /// Opens the database file for the only node that uses it, until the store is closed. Creates the file if it does not exist.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], and if another node uses the file.
    pub async fn open_exclusive(path: &Path) -> Result<Self> {
        // Before the store: SQLite loses its own locks on a file when the process closes any handle of it.
        let lock = DatabaseLock::acquire(path).await?;
        let store = Self::open(path).await?;
        *store.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        Ok(store)
    }

    async fn open_created(path: &Path, identity: FileIdentity) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns, not only after the next checkpoint: an accepted run is never lost.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(MAX_WAIT);
        let mut first = options.connect().await?;
        migrations::migrate(&mut first).await?;
        let writer = Writer::new(options.clone(), identity, first);
        migrations::set_application_id(&writer).await?;
        let read_only = options.pragma("query_only", "on");
        let read_pool = SqlitePoolOptions::new()
            .max_connections(MAX_READERS)
            .acquire_timeout(MAX_WAIT)
            // On a full disk a new connection may not be able to open the file.
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(read_only.clone())
            .await?;
        let changes = Changes::open(&read_only).await?;
        Ok(Self {
            run_requests: RunRequests::start(|queue| write_requests(writer.clone(), queue)),
            writer,
            read_pool,
            changes: Arc::new(changes),
            catalog: Arc::default(),
            unfinished_jobs: Arc::default(),
            check_turn: Arc::default(),
            lock: Arc::default(),
        })
    }

    /// Begins a transaction. Every change of the database is made in one, and none takes effect before its commit.
    ///
    /// # Errors
    ///
    /// Fails if the file is no longer at its path, if earlier writes take too long, or if the database fails.
    pub async fn write(&self) -> Result<WriteTransaction> {
        self.writer.begin().await
    }

    /// Begins a transaction that does not check foreign keys, so that SQLite can empty a whole table at once.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub async fn write_without_foreign_keys(&self) -> Result<WriteTransaction> {
        self.writer.begin_without_foreign_keys().await
    }

    /// Returns the connections that read. They cannot write, and they do not wait for a write.
    pub fn read_pool(&self) -> &SqlitePool {
        &self.read_pool
    }

    /// Applies migrations that add tables of another crate. They must use a migrations table of their own
    /// ([`Migrator::dangerous_set_table_name`]).
    ///
    /// # Errors
    ///
    /// Fails if the database has other migrations in that table, or if it fails.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<()> {
        self.writer.migrate(migrator).await
    }

    /// Writes one page.
    async fn write_probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        // Nothing reads this value. SQLite writes the page even if the value has not changed.
        sqlx::query("PRAGMA user_version = 1").execute(&mut tx).await?;
        tx.commit().await
    }
}

#[async_trait]
impl CatalogStore for SqliteStore {
    async fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog.get(&self.changes, read_catalog).await
    }

    async fn unfinished_jobs(&self) -> Result<Arc<UnfinishedJobs>> {
        self.unfinished_jobs.get(&self.changes, read_unfinished_jobs).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn is_shared(&self) -> bool {
        false
    }

    async fn time(&self) -> Result<Micros> {
        Ok(from_timestamp(&std::time::SystemTime::now().into()))
    }

    /// If nothing was written recently, this writes a few bytes, so that a full disk is found before a job is executed.
    async fn check(&self) -> Result<(), ErrorKind> {
        let check = async {
            let read =
                sqlx::query("SELECT 1 FROM organizations LIMIT 1").fetch_optional(&self.read_pool).await;
            read.map_err(Error::from)?;
            if let Some(outcome) = self.writer.outcomes.recent() {
                return outcome.map_err(Error::from);
            }
            let _guard = self.check_turn.lock().await;
            if let Some(outcome) = self.writer.outcomes.recent() {
                return outcome.map_err(Error::from);
            }
            self.write_probe().await
        };
        match timeout(MAX_CHECK_TIME, check).await {
            Ok(result) => result.map_err(|error| error.kind()),
            Err(_) => Err(ErrorKind::Busy),
        }
    }

    /// The last connection writes the write-ahead log into the file.
    async fn close(&self) {
        self.read_pool.close().await;
        if let Err(error) = self.changes.close().await {
            tracing::warn!("a connection to the database was not closed cleanly: {error:#}");
        }
        self.writer.close().await;
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
