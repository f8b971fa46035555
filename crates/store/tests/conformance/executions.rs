//! Tests of histories.

use txjobs_sdk::ExecutionState;
use txjobs_store::{BusyPolicy, RunResult, Selection, log_id};
use uuid::Uuid;

use crate::test_store::{NOW, TestStore, line};

conformance!(
    history_is_limited_to_the_newest,
    execution_without_trigger_id_is_found_by_its_own_id,
    last_success_is_the_end_of_the_newest_completed_run,
    status_needs_the_organization
);

async fn history_is_limited_to_the_newest(test: &TestStore) {
    let mut ids = Vec::new();
    for n in 1..=5 {
        let run = test.start_run(test.jobs[0]).await;
        test.store.append_lines(&run, 1, &vec![line("x"); n]).await.unwrap();
        let result = RunResult { state: ExecutionState::Completed, error: None };
        test.store.end_run(&run, &result, NOW + 9).await.unwrap();
        ids.push(run.id);
    }
    let select = async |limit, with_lines| {
        test.store.executions(test.jobs[0], Selection::Newest { limit, with_lines }).await.unwrap()
    };
    let all = select(None, true).await;
    assert_eq!(all.iter().map(|execution| execution.id).collect::<Vec<_>>(), ids);
    assert_eq!(all.iter().map(txjobs_store::Execution::line_count).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let newest = select(Some(2), false).await;
    assert_eq!(newest.iter().map(|execution| execution.id).collect::<Vec<_>>(), ids[3..]);
    assert!(newest.iter().all(|execution| execution.line_count() == 0));
    assert!(
        test.store
            .executions(test.jobs[1], Selection::Newest { limit: None, with_lines: true })
            .await
            .unwrap()
            .is_empty()
    );
}

async fn execution_without_trigger_id_is_found_by_its_own_id(test: &TestStore) {
    let job = test.jobs[0];
    assert!(test.store.request_run(job, Uuid::nil(), NOW, BusyPolicy::Refuse).await.unwrap());
    let scheduled = test.claim(test.node).await.unwrap().unwrap().run;
    test.store.append_lines(&scheduled, 1, &[line("first"), line("second")]).await.unwrap();
    test.store
        .end_run(&scheduled, &RunResult { state: ExecutionState::Completed, error: None }, NOW + 9)
        .await
        .unwrap();
    let requested = test.start_run(job).await;
    let find = async |job, trigger_id, after| {
        let found = test.store.executions(job, Selection::ByTrigger { trigger_id, after }).await.unwrap();
        found.into_iter().map(|execution| (execution.id, execution.lines)).collect::<Vec<_>>()
    };
    assert_eq!(find(job, scheduled.id, None).await, [(scheduled.id, 1..=2)]);
    let after = Some(log_id::encode(scheduled.id, 1));
    assert_eq!(find(job, scheduled.id, after).await, [(scheduled.id, 2..=2)]);
    assert_eq!(find(test.jobs[1], scheduled.id, None).await, []);
    assert_eq!(find(job, requested.id, None).await, [], "it has a trigger id");
    assert_eq!(find(job, Uuid::nil(), None).await.len(), 1);
}

async fn last_success_is_the_end_of_the_newest_completed_run(test: &TestStore) {
    let last_success = async || test.store.last_success(test.jobs[0]).await.unwrap();
    for (after, state, expected) in [
        (10, ExecutionState::Failed, None),
        (20, ExecutionState::Completed, Some(NOW + 20)),
        (30, ExecutionState::CompletedWithErrors, Some(NOW + 20)),
        (40, ExecutionState::CompletedWithWarnings, Some(NOW + 40)),
        (50, ExecutionState::Failed, Some(NOW + 40)),
    ] {
        let run = test.start_run(test.jobs[0]).await;
        test.store.end_run(&run, &RunResult { state, error: None }, NOW + after).await.unwrap();
        assert_eq!(last_success().await, expected, "{state}");
    }
    test.start_run(test.jobs[0]).await;
    assert_eq!(last_success().await, Some(NOW + 40));
    assert_eq!(test.store.last_success(test.jobs[1]).await.unwrap(), None);
}

async fn status_needs_the_organization(test: &TestStore) {
    assert!(test.store.status(test.organization, test.jobs[0]).await.unwrap().is_some());
    assert_eq!(test.store.status(test.organization + 1, test.jobs[0]).await.unwrap(), None);
    assert_eq!(test.store.status(test.organization, uuid::Uuid::from_u128(404)).await.unwrap(), None);
    test.store.check().await.unwrap();
    assert!(test.store.time().await.unwrap() > NOW);
}
