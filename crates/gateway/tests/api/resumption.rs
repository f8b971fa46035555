//! Runs whose work goes on elsewhere are continued, and not started again.

use txjobs_sdk::paths;
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;

const CONFIG: &str = r#"
[[organization]]
name = "Contoso"

[[organization.job]]
name = "Elsewhere"
goes_on = true
"#;

#[tokio::test]
async fn run_with_a_resume_token_is_continued_by_another_node() {
    let mut app = TestApp::with_jobs(CONFIG).await;
    let job = app.job("Elsewhere");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started elsewhere")]).await;
    app.replace_runner().await;
    let run = app.wait_for_end(job, trigger).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run), [(0, "Started elsewhere"), (0, "Continued: number 7")]);
}

#[tokio::test]
async fn run_with_a_resume_token_can_be_canceled() {
    let app = TestApp::with_jobs(CONFIG).await;
    let job = app.job("Elsewhere");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started elsewhere")]).await;
    app.call(paths::cancel_job(job)).await.expect_ok();
    let run = app.wait_for_end(job, trigger).await;
    assert_eq!(lines(&run).last(), Some(&(2, "Canceled while it was running.")));
}
