use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn executed_job_is_queued_and_completes() {
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
async fn execute_of_a_busy_job_is_refused() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    app.execute(job).await;
    app.call(paths::execute_job(job)).await.expect_error(409);
    app.claim_run(1).await.unwrap();
    app.call(paths::execute_job(job)).await.expect_error(409);
    app.execute(app.job("Slow")).await;
}

#[tokio::test]
async fn concurrent_executes_accept_exactly_one() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let responses = futures::future::join_all((0..20).map(|_| app.call(paths::execute_job(job)))).await;
    assert_eq!(responses.iter().filter(|response| response.status == 200).count(), 1);
    assert_eq!(responses.iter().filter(|response| response.status == 409).count(), 19);
}

#[tokio::test]
async fn execute_of_another_organization_s_job_is_not_found() {
    let app = TestApp::without_runner().await;
    app.call(paths::execute_job(app.job("Theirs"))).await.expect_error(404);
    assert!(app.claim_run(1).await.is_none());
}
