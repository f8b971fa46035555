//! Runs whose work goes on elsewhere are continued, and not started again.

use metrics_exporter_prometheus::PrometheusBuilder;
use txjobs_sdk::paths;
use txjobs_store::Selection;
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;

const HOUR: i64 = 3_600_000_000;

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

#[tokio::test]
async fn times_of_a_resumed_run_only_go_forward_when_the_clock_is_set_back() {
    let mut app = TestApp::with_jobs(CONFIG).await;
    let job = app.job("Elsewhere");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started elsewhere")]).await;
    app.set_time(app.time() - HOUR);
    app.replace_runner().await;
    app.wait_for_end(job, trigger).await;
    let newest = Selection::Newest { limit: Some(1), with_lines: true };
    let execution = app.store.executions(job.0, newest).await.unwrap().remove(0);
    let page = app.store.lines(execution.number, 1..=i64::MAX, usize::MAX).await.unwrap();
    let times: Vec<_> = page.lines.iter().map(|(_, stored)| stored.line.time).collect();
    assert_eq!(times.len(), 2);
    let ended_at = execution.ended_at.unwrap();
    assert!(
        execution.created_at <= times[0] && times.is_sorted() && times[1] <= ended_at,
        "{execution:?} {times:?}"
    );
    assert!(ended_at < execution.created_at + HOUR, "{execution:?}");
}

#[tokio::test]
async fn duration_of_a_resumed_run_counts_from_its_start() {
    // The runner is on the thread of the test.
    let recorder = PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let mut app = TestApp::with_jobs(CONFIG).await;
    let job = app.job("Elsewhere");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| lines(run) == [(0, "Started elsewhere")]).await;
    app.set_time(app.time() + HOUR);
    app.replace_runner().await;
    app.wait_for_end(job, trigger).await;
    let sum = txjobs_test_support::wait_until("the metric", async || {
        let text = recorder.handle().render();
        let line = text.lines().find(|line| line.starts_with("txjobs_run_duration_seconds_sum"))?;
        line.rsplit(' ').next()?.parse::<f64>().ok()
    })
    .await;
    assert!((3600.0..3700.0).contains(&sum), "{sum}");
}
