//! Tests of the life of runs.

use std::slice;

use futures::future::join_all;
use txjobs_sdk::{ExecutionState, JobStatusCode};
use txjobs_store::{BusyPolicy, CancelOutcome, Claim, ErrorKind, OrphanedRun, Run, RunResult, Selection};
use uuid::Uuid;

use crate::test_store::{NOW, TestStore, node_info, organization};

conformance!(
    run_goes_from_request_to_end,
    concurrent_requests_accept_exactly_one,
    concurrent_requests_of_many_jobs_accept_all,
    concurrent_claims_return_each_run_once,
    request_of_unknown_job_fails_alone,
    queued_runs_run_one_after_the_other,
    claim_is_limited_to_jobs_and_time,
    claim_whose_reply_was_lost_is_returned_again,
    pending_run_is_canceled,
    running_run_is_canceled,
    run_of_another_node_is_not_written,
    ended_run_stays_as_it_is,
    failure_has_its_reason_as_last_line,
    orphaned_runs_are_pending_runs_of_removed_jobs,
    run_that_goes_on_elsewhere_is_orphaned_with_its_job,
    run_never_ends_before_it_began,
);

const COMPLETED: RunResult = RunResult { state: ExecutionState::Completed, error: None };

async fn run_goes_from_request_to_end(test: &TestStore) {
    let job = test.jobs[0];
    let status = async || test.store.status(test.organization, job).await.unwrap().unwrap();
    assert_eq!(status().await, JobStatusCode::Idle);
    let trigger = Uuid::new_v4();
    assert!(test.store.request_run(job, trigger, NOW, BusyPolicy::Refuse).await.unwrap());
    assert_eq!(status().await, JobStatusCode::Pending);
    assert_eq!(test.store.unfinished_jobs().await.unwrap().status_of(job), JobStatusCode::Pending);
    let by_trigger = Selection::ByTrigger { trigger_id: trigger, after: None };
    assert!(test.store.executions(job, by_trigger).await.unwrap().is_empty());
    let claimed = test.claim(test.node).await.unwrap().unwrap();
    assert_eq!((claimed.run.job, claimed.run.trigger_id, claimed.run.node), (job, trigger, test.node));
    assert_eq!(claimed.resume_token, None);
    assert_eq!(test.store.requested_at(&claimed.run).await.unwrap(), NOW);
    assert_eq!(status().await, JobStatusCode::Running);
    assert!(!test.request_run(job).await.unwrap());
    assert_eq!(test.claim(test.node).await.unwrap(), None);
    let state = test.store.end_run(&claimed.run, &COMPLETED, NOW + 9).await.unwrap();
    assert_eq!(state, ExecutionState::Completed);
    assert_eq!(status().await, JobStatusCode::Idle);
    let executions = test.store.executions(job, by_trigger).await.unwrap();
    assert_eq!(executions.len(), 1);
    let execution = &executions[0];
    assert_eq!((execution.id, execution.state), (claimed.run.id, ExecutionState::Completed));
    assert_eq!((execution.created_at, execution.ended_at), (NOW + 1, Some(NOW + 9)));
    assert!(test.request_run(job).await.unwrap());
}

async fn concurrent_requests_accept_exactly_one(test: &TestStore) {
    let accepted = join_all((0..40).map(|_| test.request_run(test.jobs[0]))).await;
    assert_eq!(accepted.into_iter().filter(|accepted| *accepted.as_ref().unwrap()).count(), 1);
    // Also from other processes.
    if let Some(other) = test.open_again().await {
        let request = async |n: usize| {
            let store = if n.is_multiple_of(2) { &test.store } else { &other };
            store.request_run(test.jobs[1], Uuid::new_v4(), NOW, BusyPolicy::Refuse).await.unwrap()
        };
        let accepted = join_all((0..40).map(request)).await;
        assert_eq!(accepted.into_iter().filter(|accepted| *accepted).count(), 1);
    }
}

async fn concurrent_requests_of_many_jobs_accept_all(test: &TestStore) {
    let jobs: Vec<Uuid> = (100..300).map(Uuid::from_u128).collect();
    test.store.declare(&[organization("Contoso", &jobs)]).await.unwrap();
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    // Two processes request the jobs in opposite orders.
    let forward = join_all(jobs.iter().map(|job| test.request_run(*job)));
    let backward = join_all(
        jobs.iter().rev().map(|job| other.request_run(*job, Uuid::new_v4(), NOW, BusyPolicy::Refuse)),
    );
    let (forward, backward) = futures::join!(forward, backward);
    let accepted = forward.into_iter().chain(backward).filter(|accepted| *accepted.as_ref().unwrap()).count();
    assert_eq!(accepted, jobs.len());
    assert_eq!(test.store.unfinished_jobs().await.unwrap().ids().count(), jobs.len());
}

async fn concurrent_claims_return_each_run_once(test: &TestStore) {
    let jobs: Vec<Uuid> = (100..160).map(Uuid::from_u128).collect();
    test.store.declare(&[organization("Contoso", &jobs)]).await.unwrap();
    join_all(jobs.iter().map(|job| test.request_run(*job))).await;
    let second = test.store.register_node(&node_info("second")).await.unwrap();
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let claim_all = async |store: &txjobs_store::SharedStore, node| {
        let mut runs = Vec::new();
        let mut misses = 0;
        while misses < 3 {
            let executing: Vec<i64> = runs.iter().map(|run: &Run| run.number).collect();
            let claim = Claim { node, executing: &executing, jobs: None, now: NOW, requested_until: NOW };
            match store.claim_run(claim).await.unwrap() {
                Some(claimed) => runs.push(claimed.run),
                None => misses += 1,
            }
        }
        runs
    };
    let (a, b) = futures::join!(claim_all(&test.store, test.node), claim_all(&other, second));
    let mut claimed: Vec<Uuid> = a.iter().chain(&b).map(|run| run.job).collect();
    claimed.sort();
    assert_eq!(claimed, jobs);
}

async fn request_of_unknown_job_fails_alone(test: &TestStore) {
    let unknown = Uuid::from_u128(404);
    let (known, error, other) = futures::join!(
        test.request_run(test.jobs[0]),
        test.request_run(unknown),
        test.request_run(test.jobs[1])
    );
    assert!(known.unwrap() && other.unwrap());
    assert!(error.is_err());
}

async fn queued_runs_run_one_after_the_other(test: &TestStore) {
    let job = test.jobs[0];
    for _ in 0..3 {
        assert!(test.store.request_run(job, Uuid::new_v4(), NOW, BusyPolicy::Queue).await.unwrap());
    }
    assert!(!test.request_run(job).await.unwrap());
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let run = test.claim(test.node).await.unwrap().unwrap().run;
        assert_eq!(test.claim(test.node).await.unwrap(), None, "the job is running");
        numbers.push(run.number);
        test.store.end_run(&run, &COMPLETED, NOW + 2).await.unwrap();
    }
    assert!(numbers.is_sorted());
    assert_eq!(test.claim(test.node).await.unwrap(), None);
}

async fn claim_is_limited_to_jobs_and_time(test: &TestStore) {
    for job in test.jobs {
        assert!(test.request_run(job).await.unwrap());
    }
    let store = &test.store;
    let executing = std::cell::RefCell::new(Vec::new());
    let claim = async |jobs, now, requested_until| {
        let known = executing.borrow().clone();
        let claim = Claim { node: test.node, executing: &known, jobs, now, requested_until };
        let claimed = store.claim_run(claim).await.unwrap();
        executing.borrow_mut().extend(claimed.iter().map(|claimed| claimed.run.number));
        claimed.map(|claimed| claimed.run.job)
    };
    assert_eq!(claim(None, NOW + 9, NOW - 1).await, None, "requested too recently");
    assert_eq!(claim(Some(&[][..]), NOW, NOW).await, None);
    let last = [test.jobs[2], Uuid::from_u128(77)];
    assert_eq!(claim(Some(&last[..]), NOW, NOW).await, Some(test.jobs[2]));
    assert_eq!(claim(Some(&last[..]), NOW, NOW).await, None);
    // The clock was set back since the request.
    assert_eq!(claim(None, NOW - 50, NOW - 60).await, Some(test.jobs[0]));
}

async fn claim_whose_reply_was_lost_is_returned_again(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let claim = |executing| Claim { node: test.node, executing, jobs: None, now: NOW, requested_until: NOW };
    let known = [run.number];
    assert_eq!(test.store.claim_run(claim(&known)).await.unwrap(), None);
    assert_eq!(test.store.claim_run(claim(&[])).await.unwrap().unwrap().run, run);
    // Not for another node.
    let other = test.store.register_node(&node_info("second")).await.unwrap();
    assert_eq!(test.store.claim_run(Claim { node: other, ..claim(&[]) }).await.unwrap(), None);
}

async fn pending_run_is_canceled(test: &TestStore) {
    assert_eq!(test.store.cancel_run(test.jobs[0], NOW).await.unwrap(), CancelOutcome::Idle);
    test.request_run(test.jobs[0]).await.unwrap();
    let CancelOutcome::Ended(run) = test.store.cancel_run(test.jobs[0], NOW + 3).await.unwrap() else {
        panic!("not ended")
    };
    assert_eq!(test.messages(&run).await, ["Canceled before it started."]);
    assert_eq!(test.claim(test.node).await.unwrap(), None);
    assert!(test.request_run(test.jobs[0]).await.unwrap());
}

async fn running_run_is_canceled(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    assert!(!test.store.is_cancel_requested(&run).await.unwrap());
    assert_eq!(test.store.heartbeat(test.node).await.unwrap().canceled, [0; 0]);
    assert_eq!(test.store.cancel_run(run.job, NOW).await.unwrap(), CancelOutcome::Requested(run));
    assert!(test.store.is_cancel_requested(&run).await.unwrap());
    assert_eq!(test.store.heartbeat(test.node).await.unwrap().canceled, [run.number]);
    assert_eq!(test.store.end_run(&run, &COMPLETED, NOW + 2).await.unwrap(), ExecutionState::Failed);
    assert_eq!(test.messages(&run).await, ["Canceled while it was running."]);
}

async fn run_of_another_node_is_not_written(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let foreign = Run { node: test.store.register_node(&node_info("second")).await.unwrap(), ..run };
    let store = &test.store;
    let lines = [crate::test_store::line("stolen")];
    assert_eq!(store.append_lines(&foreign, 1, &lines).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(store.set_resume_token(&foreign, "x", None).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(store.end_run(&foreign, &COMPLETED, NOW).await.unwrap_err().kind(), ErrorKind::NotOwner);
    assert_eq!(test.messages(&run).await, [""; 0]);
    assert_eq!(store.end_run(&run, &COMPLETED, NOW + 2).await.unwrap(), ExecutionState::Completed);
    let missing = Run { number: run.number + 1000, ..run };
    assert_eq!(store.end_run(&missing, &COMPLETED, NOW).await.unwrap_err().kind(), ErrorKind::NotFound);
}

async fn ended_run_stays_as_it_is(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let failed = RunResult { state: ExecutionState::Failed, error: Some("No such table.".to_owned()) };
    assert_eq!(test.store.end_run(&run, &failed, NOW + 2).await.unwrap(), ExecutionState::Failed);
    assert_eq!(test.store.end_run(&run, &COMPLETED, NOW + 9).await.unwrap(), ExecutionState::Failed);
    assert_eq!(test.messages(&run).await, ["No such table."]);
    let late = test.store.append_lines(&run, 2, &[crate::test_store::line("late")]).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NotOwner);
    assert_eq!(test.store.latest_time(&run).await.unwrap(), NOW + 2);
}

async fn failure_has_its_reason_as_last_line(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    test.store.append_lines(&run, 1, &[crate::test_store::line("working")]).await.unwrap();
    test.store.cancel_run(run.job, NOW).await.unwrap();
    let failed = RunResult { state: ExecutionState::CompletedWithErrors, error: Some("Ended.".to_owned()) };
    test.store.end_run(&run, &failed, NOW + 5).await.unwrap();
    assert_eq!(test.messages(&run).await, ["working", "Ended.", "Canceled while it was running."]);
}

async fn orphaned_runs_are_pending_runs_of_removed_jobs(test: &TestStore) {
    test.start_run(test.jobs[0]).await;
    test.request_run(test.jobs[1]).await.unwrap();
    assert_eq!(test.store.orphaned_runs().await.unwrap(), []);
    test.store.declare(&[]).await.unwrap();
    let orphans = test.store.orphaned_runs().await.unwrap();
    assert_eq!(orphans.iter().map(|orphan| orphan.run.job).collect::<Vec<_>>(), [test.jobs[1]]);
    assert!(!orphans[0].goes_on_elsewhere);
    let failed = RunResult { state: ExecutionState::Failed, error: Some("Removed.".to_owned()) };
    assert_eq!(test.store.end_run(&orphans[0].run, &failed, NOW).await.unwrap(), ExecutionState::Failed);
    assert_eq!(test.store.orphaned_runs().await.unwrap(), []);
}

async fn run_that_goes_on_elsewhere_is_orphaned_with_its_job(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    let link = "https://engine/pages/7";
    test.store.set_resume_token(&run, "https://engine/runs/7", Some(link)).await.unwrap();
    test.store.declare(&[organization("Contoso", &test.jobs[1..])]).await.unwrap();
    assert_eq!(test.store.orphaned_runs().await.unwrap(), [], "its node follows it");
    test.store.delete_node(test.node).await.unwrap();
    let orphan = OrphanedRun {
        run: Run { node: Uuid::nil(), ..run },
        goes_on_elsewhere: true,
        link: Some(link.to_owned()),
    };
    assert_eq!(test.store.orphaned_runs().await.unwrap(), slice::from_ref(&orphan));
    // A node that claims it first follows it.
    let next = test.store.register_node(&node_info("next")).await.unwrap();
    let claimed = test.claim(next).await.unwrap().unwrap();
    assert_eq!((claimed.run, claimed.link.as_deref()), (Run { node: next, ..run }, Some(link)));
    assert_eq!(test.store.orphaned_runs().await.unwrap(), []);
    assert_eq!(
        test.store.end_run(&orphan.run, &COMPLETED, NOW + 9).await.unwrap_err().kind(),
        ErrorKind::NotOwner
    );
    test.store.delete_node(next).await.unwrap();
    // The job is free when the run has ended.
    let failed = RunResult { state: ExecutionState::Failed, error: Some("Removed.".to_owned()) };
    assert_eq!(test.store.end_run(&orphan.run, &failed, NOW + 9).await.unwrap(), ExecutionState::Failed);
    assert_eq!(test.messages(&run).await, ["Removed."]);
    assert_eq!(test.store.orphaned_runs().await.unwrap(), []);
    assert!(test.request_run(run.job).await.unwrap());
}

async fn run_never_ends_before_it_began(test: &TestStore) {
    let run = test.start_run(test.jobs[0]).await;
    assert_eq!(test.store.end_run(&run, &COMPLETED, NOW - 50).await.unwrap(), ExecutionState::Completed);
    let newest = Selection::Newest { limit: None, with_lines: false };
    let execution = test.store.executions(run.job, newest).await.unwrap().remove(0);
    assert_eq!((execution.created_at, execution.ended_at), (NOW + 1, Some(NOW + 1)));
}
