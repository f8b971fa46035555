//! Tests of the versions of the tables in PostgreSQL. Those of SQLite are beside its files.

use futures::future::join_all;
use txjobs_store::{ErrorKind, PostgresStore, SchemaState};
use txjobs_test_support::{PgBouncer, PostgresServer};

#[tokio::test]
async fn tables_are_created_once() {
    let url = PostgresServer::shared().create_database();
    assert_eq!(PostgresStore::migrate(&url).await.unwrap(), SchemaState::Empty);
    assert_eq!(PostgresStore::migrate(&url).await.unwrap(), SchemaState::Current);
    PostgresStore::open(&url).await.unwrap();
}

#[tokio::test]
async fn nodes_that_start_together_create_the_tables_once() {
    let url = PgBouncer::shared().url_of(&PostgresServer::shared().create_database());
    let opened = join_all((0..6).map(|_| PostgresStore::open(&url))).await;
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
}

#[tokio::test]
async fn tables_of_another_version_are_refused() {
    let server = PostgresServer::shared();
    for (sql, text) in [
        (
            "INSERT INTO txjobs_migrations (version, description, success, checksum, execution_time)
             VALUES (99990101, 'later', true, '\\x00', 0)",
            "was written by a later version",
        ),
        ("UPDATE txjobs_migrations SET checksum = '\\x00'", "was written by a development version"),
        ("DELETE FROM txjobs_migrations", "has the tables of an earlier version"),
    ] {
        let url = server.create_database();
        PostgresStore::migrate(&url).await.unwrap();
        let _ = server.psql(&url, sql).expect_success();
        let error = PostgresStore::open(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn unreachable_server_and_missing_database_are_told_apart() {
    let error = PostgresStore::open("postgres://nobody@127.0.0.1:1/none").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error:#}");
    let url = PostgresServer::shared().create_database();
    let error = PostgresStore::open(&format!("{url}_missing")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied, "{error:#}");
}
