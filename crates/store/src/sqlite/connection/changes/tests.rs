#![allow(
    clippy::unwrap_used,
    reason = "a failed unwrap fails the test; the lint ignores test functions only, not their helpers"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::SqliteJournalMode;
use tempfile::TempDir;

use super::*;

/// A database with one number in it.
struct Database {
    options: SqliteConnectOptions,
    writer: SqliteConnection,
    loads: AtomicUsize,
    _folder: TempDir,
}

impl Database {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("test.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let mut writer = options.connect().await.unwrap();
        for sql in ["CREATE TABLE numbers (number INTEGER)", "INSERT INTO numbers VALUES (0)"] {
            sqlx::query(sql).execute(&mut writer).await.unwrap();
        }
        Self { options, writer, loads: AtomicUsize::new(0), _folder: folder }
    }

    async fn write(&mut self, number: i64) {
        sqlx::query("UPDATE numbers SET number = ?").bind(number).execute(&mut self.writer).await.unwrap();
    }

    async fn read(&self, cached: &Cached<i64>, changes: &Changes) -> Result<i64> {
        let load = async |connection: &mut SqliteConnection, _| {
            self.loads.fetch_add(1, Ordering::Relaxed);
            Ok(Arc::new(sqlx::query_scalar("SELECT number FROM numbers").fetch_one(connection).await?))
        };
        cached.get(changes, load).await.map(|value| *value)
    }

    fn loads(&self) -> usize {
        self.loads.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn value_is_loaded_once_for_each_commit() {
    let mut database = Database::new().await;
    let changes = Changes::open(&database.options).await.unwrap();
    let cached = Cached::default();
    for number in 1..=50 {
        database.write(number).await;
        for _ in 0..10 {
            assert_eq!(database.read(&cached, &changes).await.unwrap(), number);
        }
    }
    assert_eq!(database.loads(), 50);
}

#[tokio::test]
async fn value_is_loaded_again_after_the_write_ahead_log_restarts() {
    let mut database = Database::new().await;
    let changes = Changes::open(&database.options).await.unwrap();
    let cached = Cached::default();
    for number in 1..=5 {
        database.write(number).await;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut database.writer).await.unwrap();
        assert_eq!(database.read(&cached, &changes).await.unwrap(), number);
    }
}

#[tokio::test]
async fn concurrent_callers_share_one_load() {
    let mut database = Database::new().await;
    let changes = Changes::open(&database.options).await.unwrap();
    let cached = Cached::default();
    for number in 1..=10 {
        database.write(number).await;
        let all = futures::future::join_all((0..50).map(|_| database.read(&cached, &changes))).await;
        assert!(all.into_iter().all(|value| value.unwrap() == number));
    }
    assert_eq!(database.loads(), 10);
}

#[tokio::test]
async fn changes_of_a_database_behind_a_symbolic_link_are_detected() {
    let mut database = Database::new().await;
    let elsewhere = TempDir::new().unwrap();
    let link = elsewhere.path().join("link.db");
    std::os::unix::fs::symlink(database.options.get_filename(), &link).unwrap();
    let changes = Changes::open(&database.options.clone().filename(link)).await.unwrap();
    assert!(changes.stamp().is_some());
    let before = changes.stamp();
    database.write(1).await;
    assert_ne!(changes.stamp(), before);
}

#[tokio::test]
async fn database_without_wal_index_is_queried_at_each_read() {
    let mut database = Database::new().await;
    let options = database.options.clone().journal_mode(SqliteJournalMode::Delete);
    database.writer.close().await.unwrap();
    database.writer = options.connect().await.unwrap();
    let changes = Changes::open(&options).await.unwrap();
    assert!(changes.stamp().is_none());
    let cached = Cached::default();
    for number in 1..=5 {
        database.write(number).await;
        assert_eq!(database.read(&cached, &changes).await.unwrap(), number);
    }
    assert_eq!(database.loads(), 5);
}

#[tokio::test]
async fn closed_store_returns_no_value() {
    let database = Database::new().await;
    let changes = Changes::open(&database.options).await.unwrap();
    let cached = Cached::default();
    database.read(&cached, &changes).await.unwrap();
    changes.close().await.unwrap();
    // The previous value is not returned, because nothing would notice that it becomes outdated.
    let value = cached.get(&changes, async |_, _| -> Result<Arc<i64>> { unreachable!() }).await;
    assert_eq!(value.unwrap_err().kind(), ErrorKind::Closed);
}
