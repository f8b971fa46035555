//! Tests of schedules and the runs that they start.

use futures::future::join_all;
use txjobs_sdk::{ExecutionState, Starter};
use txjobs_store::{
    DeclaredSchedule, RunResult, ScheduleState, ScheduledStart, Selection, SharedStore, StartOutcome,
    StartReason,
};
use uuid::Uuid;

use crate::test_store::{NOW, TestStore, organization};

conformance!(
    schedule_is_handled_from_its_declaration_on,
    changed_schedule_does_not_repeat_a_handled_due_time,
    due_time_starts_one_run_of_concurrent_attempts,
    run_has_its_starter_and_its_cause,
    start_of_a_busy_job_changes_nothing,
    start_with_another_definition_changes_nothing,
    start_of_a_removed_job_changes_nothing,
    skipped_due_times_are_skipped_once,
    job_starts_once_after_each_completion_of_all_others,
    failed_runs_do_not_complete_a_job,
    concurrent_completions_and_starts_lose_nothing,
);

const MINUTE: i64 = 60_000_000;
const DEFINITION: &str = "every minute";
const COMPLETED: RunResult = RunResult { state: ExecutionState::Completed, error: None };

fn schedule(job: Uuid, after: &[Uuid]) -> DeclaredSchedule {
    DeclaredSchedule { job, definition: DEFINITION.to_owned(), after: after.to_vec() }
}

async fn declare(test: &TestStore, schedules: &[DeclaredSchedule]) {
    test.store.declare_schedules(schedules, NOW).await.unwrap();
}

async fn state(test: &TestStore, job: Uuid) -> Option<ScheduleState> {
    test.store.schedule_states().await.unwrap().into_iter().find(|state| state.job == job)
}

fn due(job: Uuid, handled_until: i64, due_time: i64) -> ScheduledStart<'static> {
    let reason = StartReason::DueTime { handled_until, due_time };
    ScheduledStart { job, definition: DEFINITION, reason, cause: None, now: due_time }
}

fn after(job: Uuid) -> ScheduledStart<'static> {
    ScheduledStart { job, definition: DEFINITION, reason: StartReason::Jobs, cause: None, now: NOW }
}

async fn start(test: &TestStore, start: ScheduledStart<'_>) -> StartOutcome {
    test.store.start_scheduled_run(start).await.unwrap()
}

async fn run(test: &TestStore, job: Uuid, state: ExecutionState) {
    let run = test.start_run(job).await;
    test.store.end_run(&run, &RunResult { state, error: None }, NOW + 3).await.unwrap();
}

/// Claims and ends the only pending run.
async fn finish(test: &TestStore) {
    let claimed = test.claim(test.node).await.unwrap().unwrap();
    test.store.end_run(&claimed.run, &COMPLETED, NOW + 3).await.unwrap();
}

async fn schedule_is_handled_from_its_declaration_on(test: &TestStore) {
    let [a, b, _] = test.jobs;
    declare(test, &[schedule(a, &[]), schedule(b, &[a])]).await;
    let expected = ScheduleState {
        job: a,
        definition: DEFINITION.to_owned(),
        handled_until: NOW,
        is_after_complete: false,
    };
    assert_eq!(state(test, a).await, Some(expected.clone()));
    // The same definition goes on.
    test.store.declare_schedules(&[schedule(a, &[])], NOW + MINUTE).await.unwrap();
    assert_eq!(state(test, a).await, Some(expected));
    assert_eq!(state(test, b).await, None);
    // Another one begins anew.
    let other = DeclaredSchedule { definition: "every hour".to_owned(), ..schedule(a, &[]) };
    test.store.declare_schedules(&[other], NOW + MINUTE).await.unwrap();
    let state = state(test, a).await.unwrap();
    assert_eq!((state.definition.as_str(), state.handled_until), ("every hour", NOW + MINUTE));
    declare(test, &[]).await;
    assert_eq!(test.store.schedule_states().await.unwrap(), []);
}

async fn changed_schedule_does_not_repeat_a_handled_due_time(test: &TestStore) {
    let job = test.jobs[0];
    declare(test, &[schedule(job, &[])]).await;
    assert_eq!(start(test, due(job, NOW, NOW + 10)).await, StartOutcome::Started);
    // A node read its clock before, and declares the change afterwards.
    let changed = [DeclaredSchedule { definition: "every hour".to_owned(), ..schedule(job, &[]) }];
    test.store.declare_schedules(&changed, NOW + 9).await.unwrap();
    let current = state(test, job).await.unwrap();
    assert_eq!((current.definition.as_str(), current.handled_until), ("every hour", NOW + 10));
    // A schedule that was removed meanwhile begins anew, also after a clock that was far ahead.
    declare(test, &[]).await;
    test.store.declare_schedules(&changed, NOW + 9).await.unwrap();
    assert_eq!(state(test, job).await.unwrap().handled_until, NOW + 9);
}

async fn due_time_starts_one_run_of_concurrent_attempts(test: &TestStore) {
    let job = test.jobs[0];
    declare(test, &[schedule(job, &[])]).await;
    let other = test.open_again().await.unwrap_or_else(|| test.store.clone());
    let attempt =
        async |store: &SharedStore| store.start_scheduled_run(due(job, NOW, NOW + MINUTE)).await.unwrap();
    let attempts = (0..20).map(|n: usize| attempt(if n.is_multiple_of(2) { &test.store } else { &other }));
    let outcomes = join_all(attempts).await;
    let started = outcomes.iter().filter(|outcome| **outcome == StartOutcome::Started).count();
    assert_eq!(started, 1, "{outcomes:?}");
    assert!(!outcomes.contains(&StartOutcome::Busy), "{outcomes:?}");
    assert_eq!(state(test, job).await.unwrap().handled_until, NOW + MINUTE);
    finish(test).await;
    assert_eq!(start(test, due(job, NOW, NOW + MINUTE)).await, StartOutcome::Superseded);
    assert_eq!(start(test, due(job, NOW + MINUTE, NOW + 2 * MINUTE)).await, StartOutcome::Started);
}

async fn run_has_its_starter_and_its_cause(test: &TestStore) {
    let [a, b, _] = test.jobs;
    declare(test, &[schedule(a, &[]), schedule(b, &[a])]).await;
    let late = ScheduledStart { cause: Some("late"), ..due(a, NOW, NOW + MINUTE) };
    assert_eq!(start(test, late).await, StartOutcome::Started);
    let claimed = test.claim(test.node).await.unwrap().unwrap();
    assert_eq!((claimed.run.job, claimed.run.trigger_id), (a, Uuid::nil()));
    assert_eq!(claimed.cause.as_deref(), Some("late"));
    test.store.end_run(&claimed.run, &COMPLETED, NOW + 3).await.unwrap();
    assert_eq!(start(test, after(b)).await, StartOutcome::Started);
    finish(test).await;
    assert_eq!(test.start_run(b).await.job, b);
    let newest = Selection::Newest { limit: None, with_lines: false };
    let starters = async |job| {
        let executions = test.store.executions(job, newest).await.unwrap();
        executions.into_iter().map(|execution| execution.starter).collect::<Vec<_>>()
    };
    assert_eq!(starters(a).await, [Some(Starter::Schedule)]);
    assert_eq!(starters(b).await, [Some(Starter::Job), Some(Starter::Api)]);
}

async fn start_of_a_busy_job_changes_nothing(test: &TestStore) {
    let [a, b, _] = test.jobs;
    declare(test, &[schedule(a, &[b])]).await;
    run(test, b, ExecutionState::Completed).await;
    let before = state(test, a).await;
    assert!(test.request_run(a).await.unwrap());
    assert_eq!(start(test, due(a, NOW, NOW + MINUTE)).await, StartOutcome::Busy);
    assert_eq!(start(test, after(a)).await, StartOutcome::Busy);
    let claimed = test.claim(test.node).await.unwrap().unwrap();
    assert_eq!(start(test, due(a, NOW, NOW + MINUTE)).await, StartOutcome::Busy);
    assert_eq!(state(test, a).await, before);
    test.store.end_run(&claimed.run, &COMPLETED, NOW + 3).await.unwrap();
    assert_eq!(start(test, due(a, NOW, NOW + MINUTE)).await, StartOutcome::Started);
    finish(test).await;
    assert_eq!(start(test, after(a)).await, StartOutcome::Started);
}

async fn start_with_another_definition_changes_nothing(test: &TestStore) {
    let [a, b, _] = test.jobs;
    declare(test, &[schedule(a, &[b])]).await;
    run(test, b, ExecutionState::Completed).await;
    let before = state(test, a).await;
    for mut other in [due(a, NOW, NOW + MINUTE), after(a)] {
        other.definition = "every hour";
        assert_eq!(start(test, other).await, StartOutcome::Superseded);
    }
    assert!(!test.store.skip_due_times(a, "every hour", NOW, NOW + MINUTE).await.unwrap());
    assert_eq!(state(test, a).await, before);
    assert_eq!(start(test, due(test.jobs[2], NOW, NOW + MINUTE)).await, StartOutcome::Superseded);
}

async fn start_of_a_removed_job_changes_nothing(test: &TestStore) {
    let [a, b, c] = test.jobs;
    declare(test, &[schedule(a, &[]), schedule(b, &[c])]).await;
    run(test, c, ExecutionState::Completed).await;
    test.store.declare(&[organization("Contoso", &[c])]).await.unwrap();
    assert_eq!(start(test, due(a, NOW, NOW + MINUTE)).await, StartOutcome::Superseded);
    assert_eq!(start(test, after(b)).await, StartOutcome::Superseded);
    assert_eq!(test.store.orphaned_runs().await.unwrap(), []);
}

async fn skipped_due_times_are_skipped_once(test: &TestStore) {
    let job = test.jobs[0];
    declare(test, &[schedule(job, &[])]).await;
    let skip = async || test.store.skip_due_times(job, DEFINITION, NOW, NOW + MINUTE).await.unwrap();
    let skipped = join_all((0..5).map(|_| skip())).await;
    assert_eq!(skipped.iter().filter(|skipped| **skipped).count(), 1);
    assert_eq!(state(test, job).await.unwrap().handled_until, NOW + MINUTE);
    assert_eq!(start(test, due(job, NOW, NOW + MINUTE)).await, StartOutcome::Superseded);
    assert_eq!(test.claim(test.node).await.unwrap(), None);
}

async fn job_starts_once_after_each_completion_of_all_others(test: &TestStore) {
    let [a, b, c] = test.jobs;
    // What completed before counts for nothing.
    run(test, a, ExecutionState::Completed).await;
    declare(test, &[schedule(c, &[a, b])]).await;
    let is_complete = async || state(test, c).await.unwrap().is_after_complete;
    run(test, b, ExecutionState::CompletedWithWarnings).await;
    assert!(!is_complete().await);
    assert_eq!(start(test, after(c)).await, StartOutcome::Superseded);
    run(test, a, ExecutionState::Completed).await;
    run(test, a, ExecutionState::Completed).await;
    assert!(is_complete().await);
    // The other definition keeps a completion of a job that both name.
    let other = DeclaredSchedule { definition: "other".to_owned(), ..schedule(c, &[a]) };
    declare(test, &[other]).await;
    assert!(is_complete().await);
    declare(test, &[schedule(c, &[a, b])]).await;
    assert!(!is_complete().await);
    run(test, b, ExecutionState::Completed).await;
    let outcomes = join_all((0..5).map(|_| start(test, after(c)))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == StartOutcome::Started).count(), 1);
    assert!(!is_complete().await);
    finish(test).await;
    assert_eq!(start(test, after(c)).await, StartOutcome::Superseded);
}

async fn failed_runs_do_not_complete_a_job(test: &TestStore) {
    let [a, b, _] = test.jobs;
    declare(test, &[schedule(b, &[a])]).await;
    let is_complete = async || state(test, b).await.unwrap().is_after_complete;
    for state in [ExecutionState::Failed, ExecutionState::CompletedWithErrors] {
        run(test, a, state).await;
        assert!(!is_complete().await, "{state}");
    }
    // A canceled run ends as failed, whatever its own result.
    let canceled = test.start_run(a).await;
    test.store.cancel_run(a, NOW).await.unwrap();
    test.store.end_run(&canceled, &COMPLETED, NOW + 3).await.unwrap();
    assert!(!is_complete().await);
    run(test, a, ExecutionState::Completed).await;
    assert!(is_complete().await);
    // A later failure takes nothing away.
    run(test, a, ExecutionState::Failed).await;
    assert!(is_complete().await);
}

async fn concurrent_completions_and_starts_lose_nothing(test: &TestStore) {
    let upstreams: Vec<Uuid> = (100..108).map(Uuid::from_u128).collect();
    let downstreams: Vec<Uuid> = (200..208).map(Uuid::from_u128).collect();
    let jobs = [upstreams.clone(), downstreams.clone()].concat();
    test.store.declare(&[organization("Contoso", &jobs)]).await.unwrap();
    declare(test, &downstreams.iter().map(|job| schedule(*job, &upstreams)).collect::<Vec<_>>()).await;
    let mut runs = Vec::new();
    for job in &upstreams {
        runs.push(test.start_run(*job).await);
    }
    let ends = join_all(runs.iter().map(|run| test.store.end_run(run, &COMPLETED, NOW + 3)));
    let starts = join_all(downstreams.iter().map(|job| test.store.start_scheduled_run(after(*job))));
    let (ends, starts) = futures::join!(ends, starts);
    assert!(ends.iter().all(Result::is_ok), "{ends:?}");
    let starts: Vec<_> = starts.into_iter().map(Result::unwrap).collect();
    for (job, earlier) in downstreams.iter().zip(starts) {
        let expected =
            if earlier == StartOutcome::Started { StartOutcome::Superseded } else { StartOutcome::Started };
        assert_eq!(start(test, after(*job)).await, expected);
    }
}
