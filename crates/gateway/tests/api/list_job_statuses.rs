use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn statuses_have_each_job_of_the_organization() {
    let app = TestApp::without_runner().await;
    app.execute(app.job("Slow")).await;
    let expected = json!([
        { "JobId": app.job("Quick"), "Status": 0, "Message": "The job is idle." },
        { "JobId": app.job("Slow"), "Status": 1, "Message": "The job is pending." },
    ]);
    assert_eq!(app.call(paths::list_job_statuses()).await.expect_ok(), expected);
    let theirs = app.call_as(&app.keys[1], paths::list_job_statuses()).await.expect_ok();
    assert_eq!(theirs.as_array().unwrap().len(), 1);
}
