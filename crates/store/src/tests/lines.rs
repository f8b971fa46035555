//! The table of log lines.

use sqlx::Row;
use sqlx::migrate::Migrator;

use super::*;
use crate::file::{APPLICATION_ID, MIGRATIONS};
use crate::lines::LINES_BETWEEN;

#[tokio::test]
async fn long_lines_take_little_more_room_than_their_text() {
    const LINES: usize = 5_000;
    let fixture = Fixture::new().await;
    fixture.store.request_run(fixture.job, Uuid::new_v4(), 1, false).await.unwrap();
    let run = fixture.store.claim_run(1, 1).await.unwrap().unwrap();
    for batch in 0..10 {
        let lines = vec![line("x".repeat(1_000)); LINES / 10];
        fixture.store.append(run.number, 1 + batch * 500, &lines).await.unwrap();
    }
    fixture.store.close().await;
    let size = std::fs::metadata(fixture.path()).unwrap().len();
    // Three in a page of 4,096 bytes.
    assert!(size < 1_450 * LINES as u64, "{} bytes a line", size / LINES as u64);
}

#[tokio::test]
async fn repeated_append_replaces_its_lines() {
    let fixture = Fixture::new().await;
    for n in [3, 700] {
        let lines: Vec<_> = (0..450).map(|i| line(format!("{n}.{i}"))).collect();
        fixture.store.append(n, 1, &lines).await.unwrap();
        fixture.store.append(n, 1, &lines[..200]).await.unwrap();
        let read = fixture.store.lines_of(n, 1..=i64::MAX, usize::MAX).await.unwrap();
        assert!(read.is_all);
        let places: Vec<_> = read.read.iter().map(|(run, line)| (*run, line.seq)).collect();
        assert_eq!(places, (1..=450).map(|seq| (n, seq)).collect::<Vec<_>>());
        assert!(read.read.iter().zip(&lines).all(|((_, read), line)| read.line == *line));
        let some = fixture.store.lines_of(n, 449..=450, usize::MAX).await.unwrap();
        assert_eq!(some.read.len(), 2);
    }
}

#[tokio::test]
async fn lines_of_several_runs_are_not_sorted_before_the_first_one() {
    let fixture = Fixture::new().await;
    let mut connection = connect(&fixture.path()).await;
    let explain = format!("EXPLAIN QUERY PLAN {LINES_BETWEEN}");
    let plan = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
}

#[tokio::test]
async fn earlier_database_keeps_its_lines_and_keys() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gateway.db");
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .connect()
        .await
        .unwrap();
    let earlier = MIGRATIONS.iter().filter(|migration| migration.version <= 3).cloned().collect();
    Migrator::with_migrations(earlier).run(&mut connection).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO organizations (id, name, declared) VALUES (1, 'Contoso', 1);
         INSERT INTO api_keys (organization, name, hash, created_at) VALUES (1, 'demo', x'01', 1), (1, 'mine', x'02', 1);
         INSERT INTO jobs (id, organization, name) VALUES (x'11', 1, 'Load');
         INSERT INTO executions (number, id, job, trigger_id, state, requested_at, created_at, ended_at)
             VALUES (1, x'21', x'11', x'00', 2, 1, 1, 2), (70000, x'22', x'11', x'00', 2, 1, 1, 2);
         INSERT INTO lines (execution, seq, time, severity, message)
             VALUES (1, 1, 5, 0, 'one'), (1, 2, 6, 2, 'two'), (70000, 1, 7, 1, 'three');",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::Connection::close(connection).await.unwrap();

    let store = Store::open(&path).await.unwrap();
    let mut read = store.lines_of(1, 1..=9, usize::MAX).await.unwrap().read;
    read.extend(store.lines_of(70_000, 1..=9, usize::MAX).await.unwrap().read);
    let read: Vec<_> =
        read.iter().map(|(run, l)| (*run, l.seq, l.line.time, l.line.message.as_str())).collect();
    assert_eq!(read, [(1, 1, 5, "one"), (1, 2, 6, "two"), (70_000, 1, 7, "three")]);
    let keys: Vec<_> = store.keys().await.unwrap().into_iter().map(|key| key.name).collect();
    assert_eq!(keys, ["mine"], "the key of a demo ends with it");
    store.close().await;
    let mark: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connect(&path).await).await.unwrap();
    assert_eq!(mark, APPLICATION_ID);
}
