//! Tests of changes that fail at each of their statements.

use txjobs_sdk::ExecutionState;

use super::*;
use crate::{AddKeyOutcome, CancelOutcome, ErrorKind, PastRun, Run, RunResult};

const COMPLETED: RunResult = RunResult { state: ExecutionState::Completed, error: None };
const HASH: [u8; 32] = [7; 32];

/// Makes a change fail at each of its statements and at its commit. Each time it must fail without any effect, and succeed when
/// it is tried again on the same store.
///
/// The statements are the events of a trigger. `RAISE(ROLLBACK)` does to the transaction what SQLite itself does
/// when the disk is full.
async fn fails_without_effect<T>(
    statements: &[&str],
    prepare: impl AsyncFn(&Fixture) -> Result<T>,
    change: impl AsyncFn(&Fixture, &T) -> Result<()>,
) {
    for statement in statements {
        let fixture = Fixture::new().await;
        let prepared = prepare(&fixture).await.unwrap();
        let before = fixture.content().await;
        let trigger =
            format!("CREATE TRIGGER fault BEFORE {statement} BEGIN SELECT RAISE(ROLLBACK, 'injected'); END");
        fixture.sql(trigger).await;
        for _ in 0..2 {
            change(&fixture, &prepared).await.expect_err(statement);
            assert_eq!(fixture.content().await, before, "{statement}");
        }
        fixture.sql("DROP TRIGGER fault".to_owned()).await;
        change(&fixture, &prepared).await.expect(statement);
        assert_ne!(fixture.content().await, before, "{statement}");
    }
    let fixture = Fixture::new().await;
    let prepared = prepare(&fixture).await.unwrap();
    let before = fixture.content().await;
    for _ in 0..2 {
        fixture.fail_next_commit().await;
        change(&fixture, &prepared).await.expect_err("commit");
        assert_eq!(fixture.content().await, before, "commit");
        // Opens the connection that fails in the next round.
        fixture.store.write().await.unwrap().rollback().await.unwrap();
    }
    change(&fixture, &prepared).await.expect("commit");
    assert_ne!(fixture.content().await, before, "commit");
}

async fn requested(fixture: &Fixture) -> Result<()> {
    assert!(fixture.request(fixture.job).await?);
    Ok(())
}

async fn claimed(fixture: &Fixture) -> Result<Run> {
    requested(fixture).await?;
    Ok(fixture.store.claim_run(1, 1).await?.unwrap())
}

#[tokio::test]
async fn failed_request_adds_no_run() {
    fails_without_effect(
        &["INSERT ON executions"],
        async |_| Ok(()),
        async |fixture, ()| {
            assert!(fixture.request(fixture.job).await?);
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn failed_claim_returns_no_run() {
    fails_without_effect(&["UPDATE ON executions"], requested, async |fixture, ()| {
        assert!(fixture.store.claim_run(1, 1).await?.is_some());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_append_adds_no_line() {
    fails_without_effect(&["INSERT ON lines"], claimed, async |fixture, run| {
        fixture.store.append_lines(run.number, 1, &vec![line("a"); 450]).await
    })
    .await;
}

#[tokio::test]
async fn failed_end_leaves_the_run_running() {
    let statements = ["INSERT ON lines", "UPDATE ON executions"];
    fails_without_effect(&statements, claimed, async |fixture, run| {
        let result = RunResult { state: ExecutionState::Failed, error: Some("No such table.".to_owned()) };
        assert_eq!(fixture.store.end_run(run, &result, 2).await?, ExecutionState::Failed);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_cancel_leaves_the_run_as_it_was() {
    let statements = ["UPDATE ON executions", "INSERT ON lines"];
    fails_without_effect(&statements, requested, async |fixture, ()| {
        assert!(matches!(fixture.store.cancel_run(fixture.job, 2).await?, CancelOutcome::Ended(_)));
        Ok(())
    })
    .await;
    fails_without_effect(&["UPDATE ON executions"], claimed, async |fixture, run| {
        assert_eq!(fixture.store.cancel_run(fixture.job, 2).await?, CancelOutcome::Requested(*run));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn failed_addition_of_an_organization_changes_nothing() {
    let add = async |fixture: &Fixture| {
        let mut tx = fixture.store.write().await?;
        let organization = tx.add_organization("Archive", "test").await?.unwrap();
        tx.add_jobs(organization, 0, &[Job { id: Uuid::from_u128(9), name: "Load".to_owned() }]).await?;
        tx.add_past_runs(&[past_run(Uuid::from_u128(9))]).await?;
        assert_eq!(tx.add_key(organization, "archive", &HASH, 1).await?, AddKeyOutcome::Added);
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
    fails_without_effect(&statements, async |_| Ok(()), async |fixture, ()| add(fixture).await).await;
}

#[tokio::test]
async fn failed_change_of_keys_changes_nothing() {
    let add = async |fixture: &Fixture| {
        fixture.store.add_key(1, "laptop", &HASH, 1).await?;
        Ok(())
    };
    fails_without_effect(&["INSERT ON api_keys"], async |_| Ok(()), async |fixture, ()| add(fixture).await)
        .await;
    fails_without_effect(&["DELETE ON api_keys"], add, async |fixture, ()| {
        assert!(fixture.store.revoke_key("Contoso", "laptop").await?);
        Ok(())
    })
    .await;
    fails_without_effect(
        &["INSERT ON organizations"],
        async |_| Ok(()),
        async |fixture, ()| fixture.store.ensure_organization("Fabrikam").await.map(drop),
    )
    .await;
}

#[tokio::test]
async fn failed_deletion_changes_nothing() {
    let add = async |fixture: &Fixture| {
        let mut tx = fixture.store.write().await?;
        tx.add_past_runs(&[past_run(fixture.job)]).await?;
        tx.commit().await
    };
    let statements = ["DELETE ON executions", "DELETE ON lines"];
    fails_without_effect(&statements, add, async |fixture, ()| {
        let mut tx = fixture.store.write().await?;
        tx.delete_all_runs().await?;
        tx.commit().await
    })
    .await;
    let statements = ["DELETE ON executions", "DELETE ON lines", "DELETE ON jobs", "DELETE ON organizations"];
    fails_without_effect(&statements, add, async |fixture, ()| {
        let mut tx = fixture.store.write().await?;
        tx.delete_organization(1).await?;
        tx.commit().await
    })
    .await;
}

fn past_run(job: Uuid) -> PastRun {
    PastRun {
        id: Uuid::from_u128(11),
        job,
        trigger_id: Uuid::nil(),
        state: ExecutionState::Completed,
        created_at: 1,
        ended_at: 2,
        lines: vec![line("past")],
    }
}

#[tokio::test]
async fn full_database_refuses_writes_until_it_has_space() {
    let fixture = Fixture::new().await;
    let run = claimed(&fixture).await.unwrap();
    fixture.store.append_lines(run.number, 1, &[line("full")]).await.unwrap();
    // A limit of the connection: SQLITE_FULL, as from a full disk. SQLite rolls back by itself.
    fixture.sql_on_writer("PRAGMA max_page_count = 1").await;
    let long = [line("x".repeat(1_000_000))];
    let error = fixture.store.append_lines(run.number, 2, &long).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull);
    assert_eq!(fixture.store.check().await, Err(ErrorKind::DiskFull));

    fixture.store.append_lines(run.number, 2, &long).await.unwrap();
    fixture.store.end_run(&run, &COMPLETED, 3).await.unwrap();
    let page = fixture.store.lines(run.number, 1..=9, usize::MAX).await.unwrap();
    assert_eq!(
        page.lines.iter().map(|(_, line)| line.line.message.len()).collect::<Vec<_>>(),
        [4, 1_000_000]
    );
    requested(&fixture).await.unwrap();
}

#[tokio::test]
async fn health_check_detects_a_read_only_database() {
    let fixture = Fixture::new().await;
    fixture.sql_on_writer("PRAGMA query_only = on").await;
    // The declaration of the fixture succeeded a moment ago, so only a write of the check itself detects the failure.
    fixture.store.writer.outcomes.clear();
    assert_eq!(fixture.store.check().await, Err(ErrorKind::ReadOnly));
    fixture.store.writer.outcomes.clear();
    assert_eq!(fixture.store.check().await, Ok(()));
}

#[tokio::test]
async fn dropped_transaction_is_rolled_back() {
    let fixture = Fixture::new().await;
    let before = fixture.content().await;
    for _ in 0..3 {
        let mut tx = fixture.store.write().await.unwrap();
        sqlx::query("DELETE FROM jobs").execute(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!(fixture.content().await, before);
    }
    requested(&fixture).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn removed_file_is_not_written() {
    let fixture = Fixture::new().await;
    let path = fixture.path();
    std::fs::rename(&path, path.with_extension("moved")).unwrap();
    let error = requested(&fixture).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CannotOpen);
    assert_eq!(fixture.store.check().await, Err(ErrorKind::CannotOpen));
    std::fs::rename(path.with_extension("moved"), &path).unwrap();
    requested(&fixture).await.unwrap();
    fixture.store.writer.outcomes.clear();
    assert_eq!(fixture.store.check().await, Ok(()));
}

#[cfg(unix)]
#[tokio::test]
async fn replaced_file_is_not_written() {
    let fixture = Fixture::new().await;
    fixture.fail_next_commit().await;
    requested(&fixture).await.unwrap_err();
    // The next write opens the file again.
    let path = fixture.path();
    std::fs::rename(&path, path.with_extension("moved")).unwrap();
    std::fs::write(&path, "another file").unwrap();
    let error = requested(&fixture).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CannotOpen);
    assert_eq!(std::fs::read(&path).unwrap(), b"another file");
    std::fs::rename(path.with_extension("moved"), &path).unwrap();
    requested(&fixture).await.unwrap();
}
