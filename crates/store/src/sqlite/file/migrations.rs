//! The tables of the store, and the mark of its database files.

use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlStr, SqliteConnection};

use crate::error::Result;
use crate::sqlite::connection::writer::Writer;

/// The migrations of the store. The macro `sqlx::migrate!` would compile SQLite a second time, for the compiler.
pub(crate) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |version, name: &'static str, sql| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../../../migrations/sqlite/0001_initial.sql")),
        migration(2, "nodes", include_str!("../../../migrations/sqlite/0002_nodes.sql")),
        migration(3, "starters", include_str!("../../../migrations/sqlite/0003_starters.sql")),
        migration(4, "schedules", include_str!("../../../migrations/sqlite/0004_schedules.sql")),
        migration(5, "notifications", include_str!("../../../migrations/sqlite/0005_notifications.sql")),
        migration(
            6,
            "channel progress",
            include_str!("../../../migrations/sqlite/0006_channel_progress.sql"),
        ),
    ])
});

/// Marks a database of this program: "TXJB". <https://www.sqlite.org/pragma.html#pragma_application_id>
pub(crate) const APPLICATION_ID: i64 = 0x5458_4a42;

/// The table of applied migrations.
pub(crate) const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// Creates or upgrades the tables.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    Ok(MIGRATIONS.run(connection).await?)
}

/// Marks the file as a database of this program.
pub(crate) async fn set_application_id(writer: &Writer) -> Result<()> {
    let mut tx = writer.begin().await?;
    let id: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut tx).await?;
    if id == APPLICATION_ID {
        return tx.rollback().await;
    }
    let sql = format!("PRAGMA application_id = {APPLICATION_ID}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut tx).await?;
    tx.commit().await
}
