//! `migrate`: creates or upgrades the tables of a database.

use anyhow::Result;
use txjobs_store::sqlite::{DatabaseContent, inspect};
use txjobs_store::{Database, PostgresStore, SchemaState, SqliteStore, Store};

use crate::output::note;

/// Creates or upgrades the tables.
///
/// # Errors
///
/// Fails if the database cannot be used, or if its tables are of a later version.
pub async fn run(database: &Database) -> Result<()> {
    let before = match database {
        Database::Postgres(url) => PostgresStore::migrate(url).await?,
        Database::Sqlite(path) => {
            let before = match inspect(path).await? {
                DatabaseContent::Empty => SchemaState::Empty,
                DatabaseContent::Current => SchemaState::Current,
                DatabaseContent::Outdated => SchemaState::Outdated,
            };
            // Fails while a gateway uses the file.
            SqliteStore::open_exclusive(path).await?.close().await;
            before
        }
    };
    note(&match before {
        SchemaState::Empty => format!("The tables were created in {database}."),
        SchemaState::Current => format!("{database} has the tables of this version. Nothing was changed."),
        SchemaState::Outdated => format!("The tables of {database} were upgraded."),
    });
    Ok(())
}
