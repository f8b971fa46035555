use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;
use txjobs_sdk::{ExecutionState, paths};
use txjobs_store::{CancelOutcome, RunResult, SqliteStore};
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn pending_run_ends_immediately() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let trigger = app.execute(job).await;
    let body = app.call(paths::cancel_job(job)).await.expect_ok();
    let message = "The run was canceled before it started.";
    assert_eq!(body, json!({ "JobId": job, "TriggerId": trigger, "Message": message }));
    let run = app.find_run(job, trigger).await.unwrap();
    assert_eq!(run["State"], 3);
    assert!(run["EndTime"].is_string());
    assert_eq!(lines(&run), [(2, "Canceled before it started.")]);
    assert!(app.claim_run(1).await.is_none());
}

#[tokio::test]
async fn running_run_fails_as_canceled() {
    let app = TestApp::with_runner().await;
    let job = app.job("Slow");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started")]).await;
    let body = app.call(paths::cancel_job(job)).await.expect_ok();
    assert_eq!(body["TriggerId"], json!(trigger));
    let run = app.wait_for_end(job, trigger).await;
    assert_eq!(run["State"], 3);
    assert_eq!(lines(&run), [(0, "Started"), (2, "Canceled while it was running.")]);
}

#[tokio::test]
async fn cancel_of_an_idle_job_is_refused() {
    let app = TestApp::without_runner().await;
    app.call(paths::cancel_job(app.job("Quick"))).await.expect_error(409);
    app.call(paths::cancel_job(app.job("Theirs"))).await.expect_error(404);
}

#[tokio::test]
async fn accepted_cancellation_overrides_a_later_completion() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let trigger = app.execute(job).await;
    let run = app.claim_run(1).await.unwrap();
    assert_eq!(app.store.cancel_run(job.0, 2).await.unwrap(), CancelOutcome::Requested(run));
    let ending = RunResult { state: ExecutionState::Completed, error: None };
    assert_eq!(app.store.end_run(&run, &ending, 3).await.unwrap(), ExecutionState::Failed);
    let shown = app.find_run(job, trigger).await.unwrap();
    assert_eq!(
        (shown["State"].clone(), lines(&shown)),
        (json!(3), vec![(2, "Canceled while it was running.")])
    );
    // A run that has ended cannot be canceled.
    assert_eq!(app.store.cancel_run(job.0, 4).await.unwrap(), CancelOutcome::Idle);
}

#[tokio::test]
async fn cancellation_completes_after_its_caller_disconnects() {
    let app = TestApp::with_runner().await;
    let job = app.job("Slow");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started")]).await;
    let other = SqliteStore::open(&app.database()).await.unwrap();
    let write = other.write().await.unwrap();
    // Longer than the request takes to reach the write, for which there is no event.
    let response = timeout(Duration::from_secs(1), app.call(paths::cancel_job(job))).await;
    assert!(response.is_err(), "it waits for the other write");
    write.rollback().await.unwrap();
    assert_eq!(app.wait_for_end(job, trigger).await["State"], 3);
}
