use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn jobs_of_the_organization_are_in_the_order_of_the_file() {
    let app = TestApp::without_runner().await;
    let quick = json!({ "Id": "11111111-1111-4111-8111-111111111111", "Name": "Quick" });
    let slow = json!({ "Id": "22222222-2222-4222-8222-222222222222", "Name": "Slow" });
    let theirs = json!({ "Id": "33333333-3333-4333-8333-333333333333", "Name": "Theirs" });
    assert_eq!(app.call(paths::list_jobs()).await.expect_ok(), json!([quick, slow]));
    assert_eq!(app.call_as(&app.keys[1], paths::list_jobs()).await.expect_ok(), json!([theirs]));
}

#[tokio::test]
async fn removed_job_is_not_listed() {
    let app = TestApp::without_runner().await;
    let mut organizations = app.config.declared();
    organizations[0].jobs.remove(0);
    organizations.pop();
    app.store.declare(&organizations).await.unwrap();
    let listed = app.call(paths::list_jobs()).await.expect_ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    app.call(paths::get_job_status(app.job("Quick"))).await.expect_error(404);
    app.call_as(&app.keys[1], paths::list_jobs()).await.expect_error(401);
}

#[tokio::test]
async fn job_id_cannot_move_to_another_organization() {
    let app = TestApp::without_runner().await;
    let mut organizations = app.config.declared();
    let job = organizations[0].jobs.remove(0);
    organizations[1].jobs.push(job);
    let error = app.store.declare(&organizations).await.unwrap_err().to_string();
    assert!(error.contains("Give the job another id."), "{error}");
}
