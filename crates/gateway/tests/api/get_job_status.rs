use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn status_follows_the_run_of_the_job() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let status = async || app.call(paths::get_job_status(job)).await.expect_ok();
    assert_eq!(status().await, json!({ "JobId": job, "Status": 0, "Message": "The job is idle." }));
    app.execute(job).await;
    assert_eq!(status().await, json!({ "JobId": job, "Status": 1, "Message": "The job is pending." }));
    let run = app.claim_run(1).await.unwrap();
    assert_eq!(status().await, json!({ "JobId": job, "Status": 2, "Message": "The job is running." }));
    let ending = txjobs_store::RunResult { state: txjobs_sdk::ExecutionState::Completed, error: None };
    app.store.end_run(&run, &ending, 2).await.unwrap();
    assert_eq!(status().await["Status"], 0);
}

#[tokio::test]
async fn job_of_another_organization_is_like_an_unknown_job() {
    let app = TestApp::without_runner().await;
    let theirs = app.call(paths::get_job_status(app.job("Theirs"))).await;
    let none = app.call(paths::get_job_status(txjobs_sdk::types::JobId(uuid::Uuid::nil()))).await;
    assert_eq!(theirs.expect_error(404), none.expect_error(404));
}
