//! Opens the database that a command names.

use std::sync::Arc;

use anyhow::{Context, Result};
use txjobs_store::sqlite::{DatabaseContent, DatabaseLock, inspect};
use txjobs_store::{Database, PostgresStore, SharedStore, SqliteStore};

/// Opens the database for a node.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn open_exclusive(database: &Database) -> Result<SharedStore> {
    Ok(match database {
        Database::Sqlite(path) => Arc::new(SqliteStore::open_exclusive(path).await?),
        Database::Postgres(url) => Arc::new(open_postgres(database, url).await?),
    })
}

/// Opens the database for a command that may be used while a gateway uses it. Changes no jobs, and no tables that a gateway of an
/// earlier version uses.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn open_beside_gateway(database: &Database) -> Result<SharedStore> {
    Ok(match database {
        Database::Sqlite(path) => {
            let _lock = match inspect(path).await? {
                DatabaseContent::Current => None,
                DatabaseContent::Empty | DatabaseContent::Outdated => {
                    Some(DatabaseLock::acquire(path).await?)
                }
            };
            Arc::new(SqliteStore::open(path).await?)
        }
        Database::Postgres(url) => Arc::new(open_postgres(database, url).await?),
    })
}

async fn open_postgres(database: &Database, url: &str) -> Result<PostgresStore> {
    PostgresStore::open(url).await.with_context(|| {
        format!("The database {database} cannot be used. Check the URL of --database, the server, and the rights of the user")
    })
}
