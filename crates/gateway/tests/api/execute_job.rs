use serde_json::json;
use txjobs_sdk::paths;

use crate::test_app::{TestApp, lines};

#[tokio::test]
async fn queues_runs_and_ends() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    let body = app.call(paths::execute_job(job)).await.expect_ok();
    let trigger = body["TriggerId"].as_str().unwrap().parse().unwrap();
    let message = "The job has been queued and will start soon.";
    assert_eq!(body, json!({ "JobId": job, "TriggerId": trigger, "Message": message }));
    let run = app.wait_for_end(job, trigger).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run), [(0, "Line 1"), (0, "Line 2"), (0, "Line 3"), (0, "Line 4"), (0, "Line 5")]);
    assert_ne!(app.execute(job).await, trigger);
}

#[tokio::test]
async fn a_job_has_one_unfinished_run() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    app.execute(job).await;
    app.call(paths::execute_job(job)).await.expect_error(409);
    app.store.claim_run(1, 1).await.unwrap().unwrap();
    app.call(paths::execute_job(job)).await.expect_error(409);
    app.execute(app.job("Slow")).await;
}

#[tokio::test]
async fn of_many_at_once_one_is_accepted() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let answers = futures::future::join_all((0..20).map(|_| app.call(paths::execute_job(job)))).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 19);
}

#[tokio::test]
async fn an_unknown_or_foreign_job_is_not_found() {
    let app = TestApp::without_runner().await;
    app.call(paths::execute_job(app.job("Theirs"))).await.expect_error(404);
    assert!(app.store.claim_run(1, 1).await.unwrap().is_none());
}
