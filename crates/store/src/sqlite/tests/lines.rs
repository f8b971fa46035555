//! Tests of the table of log lines.

use sqlx::Row;

use super::test_store::{TestStore, connect, line};
use crate::sqlite::lines::SELECT_LINES_OF_JOB;
use crate::{LineStore, Store};

#[tokio::test]
async fn long_lines_take_little_more_space_than_their_text() {
    const LINES: usize = 5_000;
    let test = TestStore::new().await;
    test.request_run(test.job).await.unwrap();
    let run = test.claim_run().await.unwrap().unwrap();
    for batch in 0..10 {
        let lines = vec![line("x".repeat(1_000)); LINES / 10];
        test.store.append_lines(&run, 1 + batch * 500, &lines).await.unwrap();
    }
    test.store.close().await;
    let size = std::fs::metadata(test.path()).unwrap().len();
    // Three in a page of 4,096 bytes.
    assert!(size < 1_450 * LINES as u64, "{} bytes a line", size / LINES as u64);
}

#[tokio::test]
async fn repeated_append_replaces_its_lines() {
    let test = TestStore::new().await;
    for n in [3, 700] {
        let lines: Vec<_> = (0..450).map(|i| line(format!("{n}.{i}"))).collect();
        for lines in [&lines[..], &lines[..200]] {
            let mut tx = test.store.write().await.unwrap();
            tx.append_lines(n, 1, lines).await.unwrap();
            tx.commit().await.unwrap();
        }
        let page = test.store.lines(n, 1..=i64::MAX, usize::MAX).await.unwrap();
        assert!(page.is_complete);
        let seqs: Vec<_> = page.lines.iter().map(|(run, line)| (*run, line.seq)).collect();
        assert_eq!(seqs, (1..=450).map(|seq| (n, seq)).collect::<Vec<_>>());
        assert!(page.lines.iter().zip(&lines).all(|((_, stored), line)| stored.line == *line));
        let part = test.store.lines(n, 449..=450, usize::MAX).await.unwrap();
        assert_eq!(part.lines.len(), 2);
    }
}

#[tokio::test]
async fn lines_of_a_job_are_read_without_sorting() {
    let test = TestStore::new().await;
    let mut connection = connect(&test.path()).await;
    let explain = format!("EXPLAIN QUERY PLAN {SELECT_LINES_OF_JOB}");
    let plan = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
}
