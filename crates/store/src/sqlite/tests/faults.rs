//! Tests of changes that fail at each of their statements.

use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::test_store::{TestStore, line};
use crate::sqlite::PastRun;
use crate::{
    AddKeyOutcome, CancelOutcome, ErrorKind, Job, KeyStore, LineStore, NewKey, OrganizationStore, Result,
    Run, RunResult, RunStore, Scopes, Store,
};

const COMPLETED: RunResult = RunResult { state: ExecutionState::Completed, error: None };
const HASH: [u8; 32] = [7; 32];

/// Makes a change fail at each of its statements and at its commit. Each time it must fail without any effect, and succeed when
/// it is tried again on the same store.
///
/// The statements are the events of a trigger. `RAISE(ROLLBACK)` does to the transaction what SQLite itself does
/// when the disk is full.
async fn fails_without_effect<T>(
    statements: &[&str],
    prepare: impl AsyncFn(&TestStore) -> Result<T>,
    change: impl AsyncFn(&TestStore, &T) -> Result<()>,
) {
    for statement in statements {
        let test = TestStore::new().await;
        let prepared = prepare(&test).await.unwrap();
        let before = test.read_rows().await;
        let trigger =
            format!("CREATE TRIGGER fault BEFORE {statement} BEGIN SELECT RAISE(ROLLBACK, 'injected'); END");
        test.execute_sql(trigger).await;
        for _ in 0..2 {
            change(&test, &prepared).await.expect_err(statement);
            assert_eq!(test.read_rows().await, before, "{statement}");
        }
        test.execute_sql("DROP TRIGGER fault".to_owned()).await;
        change(&test, &prepared).await.expect(statement);
        assert_ne!(test.read_rows().await, before, "{statement}");
    }
    let test = TestStore::new().await;
    let prepared = prepare(&test).await.unwrap();
    let before = test.read_rows().await;
    for _ in 0..2 {
        test.fail_next_commit().await;
        change(&test, &prepared).await.expect_err("commit");
        assert_eq!(test.read_rows().await, before, "commit");
        // Opens the connection that fails in the next round.
        test.store.write().await.unwrap().rollback().await.unwrap();
    }
    change(&test, &prepared).await.expect("commit");
    assert_ne!(test.read_rows().await, before, "commit");
}

async fn requested(test: &TestStore) -> Result<()> {
    assert!(test.request_run(test.job).await?);
    Ok(())
}

async fn claimed(test: &TestStore) -> Result<Run> {
    requested(test).await?;
    Ok(test.claim_run().await?.unwrap())
}

#[tokio::test]
async fn failed_request_adds_no_run() {
    fails_without_effect(
        &["INSERT ON executions"],
        async |_| Ok(()),
        async |test, ()| {
            assert!(test.request_run(test.job).await?);
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn failed_claim_returns_no_run() {
    fails_without_effect(&["UPDATE ON executions"], requested, async |test, ()| {
        assert!(test.claim_run().await?.is_some());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_append_adds_no_line() {
    fails_without_effect(&["INSERT ON lines"], claimed, async |test, run| {
        test.store.append_lines(run, 1, &vec![line("a"); 450]).await
    })
    .await;
}

#[tokio::test]
async fn failed_end_leaves_the_run_running() {
    let statements = ["INSERT ON lines", "UPDATE ON executions"];
    fails_without_effect(&statements, claimed, async |test, run| {
        let result = RunResult { state: ExecutionState::Failed, error: Some("No such table.".to_owned()) };
        assert_eq!(test.store.end_run(run, &result, 2).await?, ExecutionState::Failed);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_cancel_leaves_the_run_as_it_was() {
    let statements = ["UPDATE ON executions", "INSERT ON lines"];
    fails_without_effect(&statements, requested, async |test, ()| {
        assert!(matches!(test.store.cancel_run(test.job, 2).await?, CancelOutcome::Ended(_)));
        Ok(())
    })
    .await;
    fails_without_effect(&["UPDATE ON executions"], claimed, async |test, run| {
        assert_eq!(test.store.cancel_run(test.job, 2).await?, CancelOutcome::Requested(*run));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_addition_of_an_organization_changes_nothing() {
    let add = async |test: &TestStore| {
        let mut tx = test.store.write().await?;
        let organization = tx.add_organization("Archive", "test").await?.unwrap();
        tx.add_jobs(organization, 0, &[Job { id: Uuid::from_u128(9), name: "Load".to_owned() }]).await?;
        tx.add_past_runs(&[past_run(Uuid::from_u128(9))]).await?;
        assert_eq!(tx.add_key(organization, key("archive")).await?, AddKeyOutcome::Added);
        tx.activate_organization(organization).await?;
        tx.commit().await
    };
    let statements = [
        "INSERT ON organizations",
        "INSERT ON jobs",
        "INSERT ON executions",
        "INSERT ON lines",
        "INSERT ON api_keys",
        "UPDATE ON organizations",
    ];
    fails_without_effect(&statements, async |_| Ok(()), async |test, ()| add(test).await).await;
}

#[tokio::test]
async fn failed_change_of_keys_changes_nothing() {
    let add = async |test: &TestStore| {
        test.store.add_key(1, key("laptop")).await?;
        Ok(())
    };
    fails_without_effect(&["INSERT ON api_keys"], async |_| Ok(()), async |test, ()| add(test).await).await;
    fails_without_effect(&["DELETE ON api_keys"], add, async |test, ()| {
        assert!(test.store.revoke_key("Contoso", "laptop").await?);
        Ok(())
    })
    .await;
    fails_without_effect(
        &["INSERT ON organizations"],
        async |_| Ok(()),
        async |test, ()| test.store.ensure_organization("Fabrikam").await.map(drop),
    )
    .await;
}

#[tokio::test]
async fn failed_deletion_changes_nothing() {
    let add = async |test: &TestStore| {
        let mut tx = test.store.write().await?;
        tx.add_past_runs(&[past_run(test.job)]).await?;
        tx.commit().await
    };
    let statements = ["DELETE ON executions", "DELETE ON lines"];
    fails_without_effect(&statements, add, async |test, ()| {
        let mut tx = test.store.write().await?;
        tx.delete_all_runs().await?;
        tx.commit().await
    })
    .await;
    let statements = ["DELETE ON executions", "DELETE ON lines", "DELETE ON jobs", "DELETE ON organizations"];
    fails_without_effect(&statements, add, async |test, ()| {
        let mut tx = test.store.write().await?;
        tx.delete_organization(1).await?;
        tx.commit().await
    })
    .await;
}

fn key(name: &str) -> NewKey<'_> {
    NewKey { name, hash: &HASH, scopes: Scopes::ALL, created_at: 1, expires_at: None }
}

fn past_run(job: Uuid) -> PastRun {
    PastRun {
        id: Uuid::from_u128(11),
        job,
        trigger_id: Uuid::nil(),
        starter: None,
        state: ExecutionState::Completed,
        created_at: 1,
        ended_at: 2,
        lines: vec![line("past")],
    }
}

#[tokio::test]
async fn full_database_refuses_writes_until_it_has_space() {
    let test = TestStore::new().await;
    let run = claimed(&test).await.unwrap();
    test.store.append_lines(&run, 1, &[line("full")]).await.unwrap();
    // A limit of the connection: SQLITE_FULL, as from a full disk. SQLite rolls back by itself.
    test.execute_sql_on_writer("PRAGMA max_page_count = 1").await;
    let long = [line("x".repeat(1_000_000))];
    let error = test.store.append_lines(&run, 2, &long).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull);
    assert_eq!(test.store.check().await, Err(ErrorKind::DiskFull));

    test.store.append_lines(&run, 2, &long).await.unwrap();
    test.store.end_run(&run, &COMPLETED, 3).await.unwrap();
    let page = test.store.lines(run.number, 1..=9, usize::MAX).await.unwrap();
    assert_eq!(
        page.lines.iter().map(|(_, line)| line.line.message.len()).collect::<Vec<_>>(),
        [4, 1_000_000]
    );
    requested(&test).await.unwrap();
}

#[tokio::test]
async fn health_check_detects_a_read_only_database() {
    let test = TestStore::new().await;
    test.execute_sql_on_writer("PRAGMA query_only = on").await;
    // The declaration of the test succeeded a moment ago, so only a write of the check itself detects the failure.
    test.store.writer.outcomes.clear();
    assert_eq!(test.store.check().await, Err(ErrorKind::ReadOnly));
    test.store.writer.outcomes.clear();
    assert_eq!(test.store.check().await, Ok(()));
}

#[tokio::test]
async fn dropped_transaction_is_rolled_back() {
    let test = TestStore::new().await;
    let before = test.read_rows().await;
    for _ in 0..3 {
        let mut tx = test.store.write().await.unwrap();
        sqlx::query("DELETE FROM jobs").execute(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!(test.read_rows().await, before);
    }
    requested(&test).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn removed_file_is_not_written() {
    let test = TestStore::new().await;
    let path = test.path();
    std::fs::rename(&path, path.with_extension("moved")).unwrap();
    let error = requested(&test).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CannotOpen);
    assert_eq!(test.store.check().await, Err(ErrorKind::CannotOpen));
    std::fs::rename(path.with_extension("moved"), &path).unwrap();
    requested(&test).await.unwrap();
    test.store.writer.outcomes.clear();
    assert_eq!(test.store.check().await, Ok(()));
}

#[cfg(unix)]
#[tokio::test]
async fn replaced_file_is_not_written() {
    let test = TestStore::new().await;
    test.fail_next_commit().await;
    requested(&test).await.unwrap_err();
    // The next write opens the file again.
    let path = test.path();
    std::fs::rename(&path, path.with_extension("moved")).unwrap();
    std::fs::write(&path, "another file").unwrap();
    let error = requested(&test).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CannotOpen);
    assert_eq!(std::fs::read(&path).unwrap(), b"another file");
    std::fs::rename(path.with_extension("moved"), &path).unwrap();
    requested(&test).await.unwrap();
}
