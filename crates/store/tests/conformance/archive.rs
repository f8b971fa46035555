//! Tests of runs of another server.

use std::io;

use futures::stream::{self, StreamExt};
use txjobs_sdk::{ExecutionState, JobStatusCode, Starter};
use txjobs_store::{ArchivedRun, Line, LineBatches, Retention, Selection};
use uuid::Uuid;

use crate::test_store::{NOW, TestStore, line};

conformance!(
    run_is_stored_once_with_its_lines,
    link_with_a_zero_character_is_stored,
    run_whose_lines_fail_is_not_stored,
    unknown_job_is_refused,
    newest_runs_are_kept_whatever_the_order_of_their_storage,
);

fn run(job: Uuid) -> ArchivedRun {
    ArchivedRun {
        id: Uuid::from_u128(10),
        job,
        trigger_id: Uuid::from_u128(11),
        starter: Some(Starter::Schedule),
        link: Some("https://engine/runs/7".to_owned()),
        state: ExecutionState::Failed,
        created_at: NOW,
        ended_at: NOW + 5,
        is_history: false,
    }
}

fn batches(batches: Vec<io::Result<Vec<Line>>>) -> LineBatches {
    stream::iter(batches).boxed()
}

async fn run_is_stored_once_with_its_lines(test: &TestStore) {
    let job = test.jobs[0];
    let lines = || batches(vec![Ok(vec![line("a"); 300]), Ok(vec![]), Ok(vec![line("b")])]);
    assert!(test.store.archive_run(&run(job), lines()).await.unwrap());
    assert!(!test.store.archive_run(&run(job), lines()).await.unwrap());
    let by_trigger = Selection::ByTrigger { trigger_id: Uuid::from_u128(11), after: None };
    let found = test.store.executions(job, by_trigger).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].state), (Uuid::from_u128(10), ExecutionState::Failed));
    assert_eq!((found[0].created_at, found[0].ended_at), (NOW, Some(NOW + 5)));
    let (starter, link) = (found[0].starter, found[0].link.as_deref());
    assert_eq!((starter, link), (Some(Starter::Schedule), Some("https://engine/runs/7")));
    assert_eq!(found[0].lines, 1..=301);
    let page = test.store.lines(found[0].number, 300..=301, usize::MAX).await.unwrap();
    assert_eq!(page.lines.iter().map(|(_, line)| &*line.line.message).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(test.store.status(test.organization, job).await.unwrap(), Some(JobStatusCode::Idle));
}

async fn link_with_a_zero_character_is_stored(test: &TestStore) {
    let run = ArchivedRun { link: Some("https://engine/\0".to_owned()), ..run(test.jobs[0]) };
    assert!(test.store.archive_run(&run, batches(vec![])).await.unwrap());
    let all = Selection::Newest { limit: None, with_lines: false };
    let link = test.store.executions(run.job, all).await.unwrap().remove(0).link.unwrap();
    assert!(link == "https://engine/\0" || link == "https://engine/\u{2400}", "{link:?}");
}

async fn run_whose_lines_fail_is_not_stored(test: &TestStore) {
    let job = test.jobs[0];
    let lines = batches(vec![Ok(vec![line("a")]), Err(io::ErrorKind::InvalidData.into())]);
    test.store.archive_run(&run(job), lines).await.unwrap_err();
    let all = Selection::Newest { limit: None, with_lines: true };
    assert!(test.store.executions(job, all).await.unwrap().is_empty());
    assert!(test.store.archive_run(&run(job), batches(vec![Ok(vec![line("b")])])).await.unwrap());
    let found = test.store.executions(job, all).await.unwrap();
    let page = test.store.lines(found[0].number, 1..=9, usize::MAX).await.unwrap();
    assert_eq!(page.lines.len(), 1);
    assert_eq!(page.lines[0].1.line.message, "b");
}

async fn unknown_job_is_refused(test: &TestStore) {
    let unknown = Uuid::from_u128(999);
    test.store.archive_run(&run(unknown), batches(vec![])).await.unwrap_err();
    let all = Selection::Newest { limit: None, with_lines: true };
    assert!(test.store.executions(unknown, all).await.unwrap().is_empty());
}

async fn newest_runs_are_kept_whatever_the_order_of_their_storage(test: &TestStore) {
    let job = test.jobs[0];
    for hour in [5, 1, 4, 2, 3] {
        let run = ArchivedRun { id: Uuid::from_u128(hour), ended_at: NOW + hour as i64, ..run(job) };
        assert!(test.store.archive_run(&run, batches(vec![])).await.unwrap());
    }
    let retention = Retention { max_runs: Some(2), ended_before: None };
    assert_eq!(test.store.delete_old_runs(job, retention).await.unwrap(), 3);
    let all = Selection::Newest { limit: None, with_lines: false };
    let mut ids: Vec<_> = test
        .store
        .executions(job, all)
        .await
        .unwrap()
        .iter()
        .map(|execution| execution.id.as_u128())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [4, 5]);
}
