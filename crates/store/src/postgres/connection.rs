//! The connections, and transactions on them.

use std::str::FromStr;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{
    PgConnectOptions, PgPool, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo,
};
use sqlx::{ConnectOptions, Connection, Either, Execute, Executor, Postgres, SqlStr};

use tokio::time::timeout;

use crate::error::{Error, ErrorKind, Result};

/// The most connections of a process.
const MAX_CONNECTIONS: u32 = 10;
/// The longest wait for a connection.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Connects once, so that the reason of a failure is known. A pool tries again and forgets it.
pub(super) async fn check(url: &str) -> Result<()> {
    let connecting = timeout(MAX_WAIT, options(url)?.connect()).await;
    let connection = connecting.map_err(|_| ErrorKind::Unreachable)??;
    connection.close().await?;
    Ok(())
}

/// Creates a pool, which connects when a connection is needed.
pub(super) fn pool(url: &str) -> Result<PgPool> {
    let options = options(url)?;
    Ok(PgPoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(MAX_WAIT)
        .connect_lazy_with(options))
}

/// Creates a pool with one connection, so that its transactions wait for no others.
pub(super) fn pool_of_one(url: &str) -> Result<PgPool> {
    let options = options(url)?;
    Ok(PgPoolOptions::new().max_connections(1).acquire_timeout(MAX_WAIT).connect_lazy_with(options))
}

fn options(url: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)?
        // PgBouncer refuses parameters of the start that it does not know.
        .extra_float_digits(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    let has_name = options.get_application_name().is_some();
    Ok(if has_name { options } else { options.application_name("txjobs-gateway") })
}

/// A transaction. Implements [`sqlx::Executor`].
///
/// If it ends without a commit or a rollback, its connection is closed, which discards its changes: the network may hang, and a
/// pool whose connections hang serves nobody.
#[derive(Debug)]
pub(super) struct PgTransaction {
    connection: PoolConnection<Postgres>,
    is_reusable: bool,
}

impl PgTransaction {
    pub async fn begin(pool: &PgPool) -> Result<Self> {
        let connection = match pool.acquire().await {
            Ok(connection) => connection,
            // The pool tries to connect until then.
            Err(error @ sqlx::Error::PoolTimedOut) => {
                return Err(Error::from(ErrorKind::Unreachable).with_source(error));
            }
            Err(error) => return Err(error.into()),
        };
        let mut transaction = Self { connection, is_reusable: false };
        // Without arguments, a query is sent as it is and not prepared.
        transaction.connection.execute("BEGIN").await?;
        Ok(transaction)
    }

    /// Commits the changes. After an error it is unknown whether they were committed.
    pub async fn commit(mut self) -> Result<()> {
        self.connection.execute("COMMIT").await?;
        self.is_reusable = true;
        Ok(())
    }

    /// Discards the changes, and keeps the connection.
    pub async fn rollback(mut self) -> Result<()> {
        self.connection.execute("ROLLBACK").await?;
        self.is_reusable = true;
        Ok(())
    }
}

impl Drop for PgTransaction {
    fn drop(&mut self) {
        if !self.is_reusable {
            self.connection.close_on_drop();
        }
    }
}

impl<'c> Executor<'c> for &'c mut PgTransaction {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.connection.as_mut().fetch_many(Unnamed(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        self.connection.as_mut().fetch_optional(Unnamed(query))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.connection.as_mut().prepare_with(sql, parameters)
    }
}

/// A query whose statement gets no name. A named one would stay in the session, which PgBouncer gives to other clients.
struct Unnamed<E>(E);

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Unnamed<E> {
    fn sql(self) -> SqlStr {
        self.0.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.0.statement()
    }

    fn take_arguments(
        &mut self,
    ) -> std::result::Result<Option<sqlx::postgres::PgArguments>, sqlx::error::BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        false
    }
}
