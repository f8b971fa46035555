//! The tables, and whether a database has them.

use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::{PgConnection, SqlStr};

use crate::error::{Error, ErrorKind, Result};

/// The lock of migrations: "TXJB". It ends with its transaction.
const LOCK: i64 = 0x5458_4a42;

/// The table of applied migrations. Others may use sqlx's default name in the same database.
const MIGRATIONS_TABLE: &str = "txjobs_migrations";

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |version, name: &'static str, sql| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let mut migrator = Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../../migrations/postgres/0001_initial.sql")),
        migration(2, "starters", include_str!("../../migrations/postgres/0002_starters.sql")),
        migration(3, "schedules", include_str!("../../migrations/postgres/0003_schedules.sql")),
        migration(4, "notifications", include_str!("../../migrations/postgres/0004_notifications.sql")),
        migration(5, "channel progress", include_str!("../../migrations/postgres/0005_channel_progress.sql")),
    ]);
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    // Its own lock belongs to a session.
    migrator.set_locking(false);
    migrator
});

/// Whether a database has the tables of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// It has no tables of this program.
    Empty,
    /// It has the tables of this version.
    Current,
    /// It has the tables of an earlier version.
    Outdated,
}

/// Returns the state of the schema.
///
/// # Errors
///
/// Fails if the schema is of a later version or of a development version.
pub(super) async fn schema_state(connection: &mut PgConnection) -> Result<SchemaState> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(MIGRATIONS_TABLE)
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(SchemaState::Empty);
    }
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT version, checksum FROM txjobs_migrations")
        .persistent(false)
        .fetch_all(connection)
        .await?;
    let unsupported = |text: &'static str| Err(Error::new(ErrorKind::UnsupportedVersion, text));
    for (version, checksum) in &applied {
        match MIGRATIONS.iter().find(|migration| migration.version == *version) {
            None => {
                return unsupported(
                    "The database was written by a later version of txjobs-gateway. Nothing was changed in it. Use that version.",
                );
            }
            Some(migration) if *migration.checksum != *checksum.as_slice() => {
                return unsupported(
                    "The database was written by a development version of txjobs-gateway with other tables. Nothing was changed \
                     in it. Use that version, or name another database.",
                );
            }
            Some(_) => {}
        }
    }
    let is_current = applied.len() == MIGRATIONS.iter().count();
    Ok(if is_current { SchemaState::Current } else { SchemaState::Outdated })
}

/// Creates or upgrades the tables in one transaction. Processes that do it at the same time wait for each other. Returns the
/// state before.
pub(super) async fn migrate(pool: &PgPool) -> Result<SchemaState> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).persistent(false).execute(&mut *tx).await?;
    let before = schema_state(&mut tx).await?;
    if before == SchemaState::Current {
        tx.rollback().await?;
        return Ok(before);
    }
    // sqlx keeps the statements of its migrator in the session, which PgBouncer gives to other clients.
    sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *tx).await?;
    MIGRATIONS.run_direct(None, &mut *tx, false).await?;
    sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(before)
}
