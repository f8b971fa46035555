//! The one connection that writes, and its transactions.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryFutureExt};
use sqlx::sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{ConnectOptions, Connection, Either, Execute, Executor, Sqlite, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::Result;
use crate::file::Identity;
use crate::outcomes::Outcomes;

/// The longest wait for earlier writes.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Provides the writing connection to one transaction at a time, in the order of requests.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    /// Shared, because every request clones the store.
    options: Arc<SqliteConnectOptions>,
    identity: Identity,
    slot: Arc<Mutex<Slot>>,
    pub outcomes: Outcomes,
}

#[derive(Debug)]
pub(super) enum Slot {
    /// A connection without an open transaction.
    Ready(Box<SqliteConnection>),
    /// The next transaction opens a connection.
    Empty,
    Closed,
}

/// A transaction that holds the write lock from its start, so that it never fails half-way because of the lock.
///
/// Nothing has taken effect before [`Self::commit`] returns. If a transaction ends in any other way, its connection is closed:
/// after a full disk or an input/output error SQLite has rolled back by itself, and sqlx's count of transactions and the
/// cached statements may be wrong. A new connection costs a millisecond.
#[derive(Debug)]
pub(super) struct WriteTransaction {
    connection: Box<SqliteConnection>,
    slot: OwnedMutexGuard<Slot>,
    outcomes: Outcomes,
    /// Whether the next transaction may reuse the connection.
    is_reusable: bool,
}

impl Writer {
    /// Creates a writer with a first connection, on a file that exists and has its tables.
    pub fn new(options: SqliteConnectOptions, identity: Identity, first: SqliteConnection) -> Self {
        let slot = Arc::new(Mutex::new(Slot::Ready(Box::new(first))));
        Self { options: Arc::new(options), identity, slot, outcomes: Outcomes::default() }
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<WriteTransaction> {
        let mut slot = self.acquire().await?;
        let connection = match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Ready(connection) => {
                // What is written to a file that was removed or moved is gone with the next start.
                if let Err(error) = self.identity.check(self.options.get_filename()) {
                    *slot = Slot::Ready(connection);
                    return Err(self.outcomes.note(error.into()));
                }
                connection
            }
            Slot::Empty => self.connect(SqliteConnectOptions::clone(&self.options)).await?,
            Slot::Closed => {
                *slot = Slot::Closed;
                return Err(sqlx::Error::PoolClosed);
            }
        };
        self.begin_on(connection, slot, true).await
    }

    /// Begins a transaction on a connection of its own that does not check foreign keys. In SQLite that is a setting of the
    /// connection.
    pub async fn begin_without_foreign_keys(&self) -> Result<WriteTransaction> {
        let slot = self.acquire().await?;
        if let Slot::Closed = *slot {
            return Err(sqlx::Error::PoolClosed);
        }
        let connection = self.connect(SqliteConnectOptions::clone(&self.options).foreign_keys(false)).await?;
        self.begin_on(connection, slot, false).await
    }

    /// Closes the connection. Later transactions fail.
    pub async fn close(&self) {
        let Ok(mut slot) = self.acquire().await else { return };
        if let Slot::Ready(connection) = std::mem::replace(&mut *slot, Slot::Closed)
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }

    async fn acquire(&self) -> Result<OwnedMutexGuard<Slot>> {
        let turn = timeout(MAX_WAIT, self.slot.clone().lock_owned()).await;
        turn.map_err(|_| self.outcomes.note(sqlx::Error::PoolTimedOut))
    }

    async fn connect(&self, options: SqliteConnectOptions) -> Result<Box<SqliteConnection>> {
        let connect = async {
            // The readers use the file that was opened first. A new file at its path must not get the writes.
            self.identity.check(options.get_filename())?;
            options.connect().await
        };
        connect.await.map(Box::new).map_err(|error| self.outcomes.note(error))
    }

    async fn begin_on(
        &self,
        connection: Box<SqliteConnection>,
        slot: OwnedMutexGuard<Slot>,
        is_reusable: bool,
    ) -> Result<WriteTransaction> {
        let outcomes = self.outcomes.clone();
        let mut transaction = WriteTransaction { connection, slot, outcomes, is_reusable };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut transaction).await?;
        Ok(transaction)
    }

    /// Returns the slot, for tests that make the connection fail.
    #[cfg(test)]
    pub async fn slot(&self) -> OwnedMutexGuard<Slot> {
        self.acquire().await.unwrap()
    }
}

impl WriteTransaction {
    /// Commits the changes. After an error it is not known whether they were committed, unless
    /// [`ErrorKind::is_without_effect`](super::ErrorKind::is_without_effect) says that they were not.
    pub async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut self).await?;
        self.outcomes.succeeded();
        self.give_back();
        Ok(())
    }

    /// Ends a transaction that changed nothing.
    pub async fn rollback(mut self) -> Result<()> {
        sqlx::query("ROLLBACK").execute(&mut self).await?;
        self.give_back();
        Ok(())
    }

    fn give_back(self) {
        let Self { connection, mut slot, is_reusable, .. } = self;
        if is_reusable {
            *slot = Slot::Ready(connection);
        }
    }
}

/// Runs statements on the connection and records their failures.
impl<'c> Executor<'c> for &'c mut WriteTransaction {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let outcomes = &self.outcomes;
        let rows = self.connection.as_mut().fetch_many(query);
        rows.map(|row| row.map_err(|error| outcomes.note(error))).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        // To the end of the statement, not only to its first row: an error may come after the row.
        self.fetch_all(query).map_ok(|rows| rows.into_iter().next()).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: sqlx::SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement>>
    where
        'c: 'e,
    {
        self.connection.as_mut().prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: sqlx::SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Sqlite>>>
    where
        'c: 'e,
    {
        self.connection.as_mut().describe(sql)
    }
}
