//! Transactions that change the database.

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryFutureExt};
use sqlx::sqlite::{SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Either, Execute, Executor, Sqlite, SqliteConnection};
use tokio::sync::OwnedMutexGuard;

use super::outcomes::WriteOutcomes;
use crate::error::{ErrorKind, Result};
use crate::time::Micros;

/// The state of the only connection that writes.
#[derive(Debug)]
pub(crate) enum WriteConnection {
    /// Connected, without an open transaction.
    Ready(Box<SqliteConnection>),
    /// Not connected. The next transaction opens a connection.
    Disconnected,
    /// The store is closed.
    Closed,
}

/// A transaction that changes the database. Implements [`sqlx::Executor`].
///
/// It holds the write lock from its start, so that no later statement fails because the database is locked. Other writes wait until it ends.
///
/// No change takes effect before [`Self::commit`]. If a transaction ends in any other way, its connection is closed:
/// after a full disk or an input/output error SQLite has rolled back by itself, and sqlx's count of transactions and the
/// cached statements may be wrong. A new connection costs a millisecond.
#[derive(Debug)]
pub struct WriteTransaction {
    connection: Box<SqliteConnection>,
    guard: OwnedMutexGuard<WriteConnection>,
    outcomes: WriteOutcomes,
    /// Whether the next transaction may use the same connection.
    is_reusable: bool,
}

impl WriteTransaction {
    pub(crate) async fn begin(
        connection: Box<SqliteConnection>,
        guard: OwnedMutexGuard<WriteConnection>,
        outcomes: WriteOutcomes,
        is_reusable: bool,
    ) -> Result<Self> {
        let mut transaction = Self { connection, guard, outcomes, is_reusable };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut transaction).await?;
        Ok(transaction)
    }

    /// Returns the time of the database.
    pub(crate) async fn now(&mut self) -> Result<Micros> {
        let sql = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
        Ok(sqlx::query_scalar(sql).fetch_one(self).await?)
    }

    /// Commits the changes.
    ///
    /// # Errors
    ///
    /// After an error it is unknown whether the changes were committed, unless [`ErrorKind::has_no_effect`] returns true.
    pub async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut self).await?;
        self.outcomes.record_success();
        self.return_connection();
        Ok(())
    }

    /// Discards the changes and keeps the connection. Dropping a transaction discards its changes and closes the connection.
    ///
    /// # Errors
    ///
    /// Returns an error if the database fails.
    pub async fn rollback(mut self) -> Result<()> {
        sqlx::query("ROLLBACK").execute(&mut self).await?;
        self.return_connection();
        Ok(())
    }

    fn return_connection(self) {
        let Self { connection, mut guard, is_reusable, .. } = self;
        if is_reusable {
            *guard = WriteConnection::Ready(connection);
        }
    }
}

/// Runs statements on the connection and records their failures.
impl<'c> Executor<'c> for &'c mut WriteTransaction {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let outcomes = &self.outcomes;
        let rows = self.connection.as_mut().fetch_many(query);
        rows.inspect(|row| {
            if let Err(error) = row {
                outcomes.record_failure(ErrorKind::from_sqlx(error));
            }
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        // Runs the statement to its end, because it can fail after its first row.
        self.fetch_all(query).map_ok(|rows| rows.into_iter().next()).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: sqlx::SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'c: 'e,
    {
        self.connection.as_mut().prepare_with(sql, parameters)
    }
}
