//! The handle to the store: connects, checks, and closes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgPool;
use tokio::time::timeout;

use super::coalesced_read::CoalescedRead;
use super::connection::{PgTransaction, check, pool, pool_of_one};
use super::migrations::{self, SchemaState, schema_state};
use super::run_requests::write_requests;
use crate::catalog::{Catalog, UnfinishedJobs};
use crate::error::{Error, ErrorKind, Result};
use crate::run_requests::RunRequests;
use crate::store::Store;
use crate::time::Micros;

/// The longest time of a health check.
const MAX_CHECK_TIME: Duration = Duration::from_secs(5);

/// A handle to the store in PostgreSQL. Clones share the connections.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pub(super) pool: PgPool,
    /// Its only connection is for the heartbeats, which must not wait for other transactions.
    pub(super) heartbeat_pool: PgPool,
    pub(super) run_requests: RunRequests,
    pub(super) catalog: Arc<CoalescedRead<Catalog>>,
    pub(super) unfinished_jobs: Arc<CoalescedRead<UnfinishedJobs>>,
}

impl PostgresStore {
    /// Connects to the database. Creates the tables if it has none.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached, if it refuses the user, or if the tables are of another version.
    pub async fn open(url: &str) -> Result<Self> {
        let store = Self::connect(url).await?;
        match store.schema_state().await? {
            SchemaState::Empty => {
                migrations::migrate(&store.pool).await?;
            }
            SchemaState::Current => {}
            SchemaState::Outdated => {
                return Err(Error::new(
                    ErrorKind::UnsupportedVersion,
                    "The database has the tables of an earlier version of txjobs-gateway. Back it up, then upgrade it: \
                     txjobs-gateway migrate. Nodes of the earlier version cannot use it afterwards",
                ));
            }
        }
        Ok(store)
    }

    /// Creates or upgrades the tables. Returns their state before.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], except for tables of an earlier version.
    pub async fn migrate(url: &str) -> Result<SchemaState> {
        migrations::migrate(&Self::connect(url).await?.pool).await
    }

    async fn connect(url: &str) -> Result<Self> {
        check(url).await?;
        let pool = pool(url)?;
        Ok(Self {
            run_requests: RunRequests::start(|queue| write_requests(pool.clone(), queue)),
            heartbeat_pool: pool_of_one(url)?,
            pool,
            catalog: Arc::default(),
            unfinished_jobs: Arc::default(),
        })
    }

    async fn schema_state(&self) -> Result<SchemaState> {
        // In a transaction, because PgBouncer may change the server connection between two statements.
        let mut tx = self.pool.begin().await?;
        let state = schema_state(&mut tx).await?;
        tx.rollback().await?;
        Ok(state)
    }

    pub(super) async fn begin(&self) -> Result<PgTransaction> {
        PgTransaction::begin(&self.pool).await
    }
}

/// Returns the time of the database.
pub(super) async fn now(tx: &mut PgTransaction) -> Result<Micros> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    Ok(sqlx::query_scalar(sql).fetch_one(tx).await?)
}

#[async_trait]
impl Store for PostgresStore {
    fn is_shared(&self) -> bool {
        true
    }

    async fn time(&self) -> Result<Micros> {
        let mut tx = self.begin().await?;
        let time = now(&mut tx).await?;
        tx.rollback().await?;
        Ok(time)
    }

    async fn check(&self) -> Result<(), ErrorKind> {
        let check = async {
            let mut tx = self.begin().await?;
            // A standby server can be read, but executes no jobs.
            let is_standby: bool =
                sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut tx).await?;
            sqlx::query("SELECT 1 FROM organizations LIMIT 1").fetch_optional(&mut tx).await?;
            tx.rollback().await?;
            if is_standby { Err(ErrorKind::ReadOnly.into()) } else { Ok(()) }
        };
        match timeout(MAX_CHECK_TIME, check).await {
            Ok(result) => result.map_err(|error: Error| error.kind()),
            Err(_) => Err(ErrorKind::Unreachable),
        }
    }

    async fn close(&self) {
        self.heartbeat_pool.close().await;
        self.pool.close().await;
    }
}
