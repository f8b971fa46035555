//! Gives the one connection that writes to one transaction at a time.

use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use super::outcomes::WriteOutcomes;
use super::transaction::{WriteConnection, WriteTransaction};
use crate::error::{Error, ErrorKind, Result};
use crate::sqlite::file::path::FileIdentity;

/// The longest wait for earlier writes.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Begins transactions, in the order of the calls. Clones share the connection.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    /// Shared, because every request clones the store.
    options: Arc<SqliteConnectOptions>,
    identity: FileIdentity,
    connection: Arc<Mutex<WriteConnection>>,
    pub outcomes: WriteOutcomes,
}

impl Writer {
    /// Creates a writer with a first connection, to a file that exists and has its tables.
    pub fn new(options: SqliteConnectOptions, identity: FileIdentity, first: SqliteConnection) -> Self {
        let connection = Arc::new(Mutex::new(WriteConnection::Ready(Box::new(first))));
        Self { options: Arc::new(options), identity, connection, outcomes: WriteOutcomes::default() }
    }

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// Fails if the file is no longer at its path, if earlier writes take longer than [`MAX_WAIT`], or if the database fails.
    pub async fn begin(&self) -> Result<WriteTransaction> {
        let mut guard = self.lock().await?;
        let connection = self.take_connection(&mut guard).await?;
        WriteTransaction::begin(connection, guard, self.outcomes.clone(), true).await
    }

    /// Begins a transaction that does not check foreign keys. It has a connection of its own, because in SQLite this is a
    /// setting of the connection.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`].
    pub async fn begin_without_foreign_keys(&self) -> Result<WriteTransaction> {
        let guard = self.lock().await?;
        if let WriteConnection::Closed = *guard {
            return Err(ErrorKind::Closed.into());
        }
        let connection = self.connect(SqliteConnectOptions::clone(&self.options).foreign_keys(false)).await?;
        WriteTransaction::begin(connection, guard, self.outcomes.clone(), false).await
    }

    /// Applies migrations.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`], and if the database has other migrations.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<()> {
        let mut guard = self.lock().await?;
        let mut connection = self.take_connection(&mut guard).await?;
        migrator.run(connection.as_mut()).await.map_err(|error| self.record(error.into()))?;
        *guard = WriteConnection::Ready(connection);
        Ok(())
    }

    /// Closes the connection. Later transactions fail.
    pub async fn close(&self) {
        let Ok(mut guard) = self.lock().await else { return };
        if let WriteConnection::Ready(connection) = std::mem::replace(&mut *guard, WriteConnection::Closed)
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }

    /// Waits for earlier writes.
    pub async fn lock(&self) -> Result<OwnedMutexGuard<WriteConnection>> {
        let guard = timeout(MAX_WAIT, Arc::clone(&self.connection).lock_owned()).await;
        guard.map_err(|_| self.record(ErrorKind::Busy.into()))
    }

    /// Takes the connection, or connects. The caller puts it back when it has no open transaction.
    async fn take_connection(&self, guard: &mut WriteConnection) -> Result<Box<SqliteConnection>> {
        match std::mem::replace(guard, WriteConnection::Disconnected) {
            WriteConnection::Ready(connection) => {
                // Changes of a file that was removed or moved would be lost with the next start.
                if let Err(error) = self.identity.check(self.options.get_filename()) {
                    *guard = WriteConnection::Ready(connection);
                    return Err(self.record(error));
                }
                Ok(connection)
            }
            WriteConnection::Disconnected => self.connect(SqliteConnectOptions::clone(&self.options)).await,
            WriteConnection::Closed => {
                *guard = WriteConnection::Closed;
                Err(ErrorKind::Closed.into())
            }
        }
    }

    async fn connect(&self, options: SqliteConnectOptions) -> Result<Box<SqliteConnection>> {
        let connect = async {
            // The readers use the file that was opened first. A new file at its path must not get the writes.
            self.identity.check(options.get_filename())?;
            Ok(Box::new(options.connect().await?))
        };
        connect.await.map_err(|error| self.record(error))
    }

    fn record(&self, error: Error) -> Error {
        self.outcomes.record_failure(error.kind());
        error
    }
}
