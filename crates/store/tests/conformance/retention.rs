//! Tests of the deletion of old runs.

use txjobs_sdk::ExecutionState;
use txjobs_store::{Retention, RunResult, Selection};

use crate::test_store::{NOW, TestStore, line};

conformance!(
    oldest_runs_beyond_the_count_are_deleted,
    runs_beyond_the_age_are_deleted,
    unfinished_and_foreign_runs_are_kept,
);

/// Runs a job several times. The n-th run ends n seconds after [`NOW`].
async fn run_job(test: &TestStore, job: usize, count: i64) {
    for n in 1..=count {
        let run = test.start_run(test.jobs[job]).await;
        test.store.append_lines(&run, 1, &[line("a"), line("b")]).await.unwrap();
        let result = RunResult { state: ExecutionState::Completed, error: None };
        test.store.end_run(&run, &result, NOW + n * 1_000_000).await.unwrap();
    }
}

/// Returns after how many seconds the remaining runs ended.
async fn remaining(test: &TestStore, job: usize) -> Vec<i64> {
    let selection = Selection::Newest { limit: None, with_lines: true };
    let executions = test.store.executions(test.jobs[job], selection).await.unwrap();
    assert!(executions.iter().all(|execution| execution.ended_at.is_none() || execution.line_count() == 2));
    executions.iter().filter_map(|execution| Some((execution.ended_at? - NOW) / 1_000_000)).collect()
}

async fn oldest_runs_beyond_the_count_are_deleted(test: &TestStore) {
    run_job(test, 0, 6).await;
    let keep = |count| Retention { max_runs: Some(count), ended_before: None };
    assert_eq!(test.store.delete_old_runs(test.jobs[0], keep(6)).await.unwrap(), 0);
    assert_eq!(test.store.delete_old_runs(test.jobs[0], keep(2)).await.unwrap(), 4);
    assert_eq!(remaining(test, 0).await, [5, 6]);
    assert_eq!(test.store.delete_old_runs(test.jobs[0], keep(0)).await.unwrap(), 2);
    assert!(remaining(test, 0).await.is_empty());
}

async fn runs_beyond_the_age_are_deleted(test: &TestStore) {
    run_job(test, 0, 6).await;
    assert_eq!(test.store.delete_old_runs(test.jobs[0], Retention::default()).await.unwrap(), 0);
    let retention = Retention { max_runs: Some(5), ended_before: Some(NOW + 4_000_000) };
    assert_eq!(test.store.delete_old_runs(test.jobs[0], retention).await.unwrap(), 3);
    assert_eq!(remaining(test, 0).await, [4, 5, 6]);
}

async fn unfinished_and_foreign_runs_are_kept(test: &TestStore) {
    run_job(test, 0, 2).await;
    run_job(test, 1, 2).await;
    let running = test.start_run(test.jobs[0]).await;
    let retention = Retention { max_runs: Some(0), ended_before: Some(i64::MAX) };
    assert_eq!(test.store.delete_old_runs(test.jobs[0], retention).await.unwrap(), 2);
    assert_eq!(remaining(test, 1).await, [1, 2]);
    test.store.append_lines(&running, 1, &[line("still running")]).await.unwrap();
    assert_eq!(test.messages(&running).await, ["still running"]);
}
