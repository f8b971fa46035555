//! The handle to the store: opens, checks, and closes the database.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::catalog::{Catalog, UnfinishedJobs, read_catalog, read_unfinished_jobs};
use crate::changes::{Cached, Changes};
use crate::demo_key::DemoKey;
use crate::error::{Error, ErrorKind, Result};
use crate::file::{self, FileIdentity};
use crate::identifiers::{KeyHash, OrganizationId};
use crate::inspect::inspect;
use crate::migrations;
use crate::run_requests::RunRequests;
use crate::transaction::WriteTransaction;
use crate::writer::Writer;

/// The number of connections that read.
const MAX_READERS: u32 = 4;
/// The longest wait for a lock of another program, and for a connection that reads.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// The longest time of a health check.
const MAX_CHECK_TIME: Duration = Duration::from_secs(5);

/// A handle to the store. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) writer: Writer,
    pub(crate) read_pool: SqlitePool,
    pub(crate) run_requests: RunRequests,
    pub(crate) changes: Arc<Changes>,
    catalog: Arc<Cached<Catalog>>,
    unfinished_jobs: Arc<Cached<UnfinishedJobs>>,
    /// Held while a health check writes. Concurrent checks use its result.
    check_turn: Arc<Mutex<()>>,
    demo_key: DemoKey,
}

impl Store {
    /// Opens the database file, creates it if it does not exist, and upgrades its tables.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be created, read, or written, or if it is not a database of this program.
    pub async fn open(path: &Path) -> Result<Self> {
        inspect(path).await?;
        let identity = file::create(path)?;
        let opened = Self::open_created(path, identity).await;
        opened.map_err(|error| error.with_message(file::cannot_open_message(path)))
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
            run_requests: RunRequests::start(writer.clone()),
            writer,
            read_pool,
            changes: Arc::new(changes),
            catalog: Arc::default(),
            unfinished_jobs: Arc::default(),
            check_turn: Arc::default(),
            demo_key: DemoKey::default(),
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

    /// Returns the catalog. It includes every change that was committed before this call, also by other processes.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog.get(&self.changes, read_catalog).await
    }

    /// Returns the jobs that are pending or running, as of the last commit before this call.
    ///
    /// Returns the same `Arc` as long as nothing has changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn unfinished_jobs(&self) -> Result<Arc<UnfinishedJobs>> {
        self.unfinished_jobs.get(&self.changes, read_unfinished_jobs).await
    }

    /// Accepts the key with this hash in addition, until the process ends. It is not stored. A process has one demo key; later
    /// calls have no effect.
    pub fn accept_demo_key(&self, organization: OrganizationId, hash: KeyHash) {
        self.demo_key.set(organization, hash);
    }

    /// Returns the organization of the demo key, if this is its hash.
    pub fn organization_of_demo_key(&self, hash: &KeyHash) -> Option<OrganizationId> {
        self.demo_key.organization_of(hash)
    }

    /// Checks that the database can be read and written.
    ///
    /// If nothing was written recently, this writes a few bytes, so that a full disk is found before a job is executed.
    ///
    /// # Errors
    ///
    /// Fails if the database cannot be read or written, or if it takes longer than five seconds.
    pub async fn check(&self) -> Result<(), ErrorKind> {
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

    /// Writes one page.
    async fn write_probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        // Nothing reads this value. SQLite writes the page even if the value has not changed.
        sqlx::query("PRAGMA user_version = 1").execute(&mut tx).await?;
        tx.commit().await
    }

    /// Closes every connection. The last one writes the write-ahead log into the file.
    pub async fn close(&self) {
        self.read_pool.close().await;
        if let Err(error) = self.changes.close().await {
            tracing::warn!("a connection to the database was not closed cleanly: {error:#}");
        }
        self.writer.close().await;
    }
}
