//! Which runs are kept.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_gateway::clock::{Clock, ClockReading, Moment, system_time};
use txjobs_gateway::retention::RunCleaner;
use txjobs_sdk::paths;
use txjobs_test_support::test_app::{CONFIG, TestApp, parse};

/// A clock that shows a time that does not change.
#[derive(Debug)]
struct StoppedClock(i64);

impl Clock for StoppedClock {
    fn read(&self) -> ClockReading {
        ClockReading { time: self.0, moment: Moment::from_micros(0) }
    }

    fn sleep_until(&self, _: Moment) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }
}

/// Deletes old runs as a gateway with this `retention` does, after some time.
async fn clean(app: &TestApp, retention: &str, after: Duration) {
    let config = parse(&format!("retention = {{ {retention} }}\n{CONFIG}"));
    let now = system_time() + i64::try_from(after.as_micros()).unwrap();
    RunCleaner::new(&config, Arc::clone(&app.store), Arc::new(StoppedClock(now))).clean().await;
}

async fn count_runs(app: &TestApp, job: &str) -> usize {
    let runs = app.call(paths::get_job_logs(app.job(job), None, None)).await.expect_ok();
    runs.as_array().unwrap().len()
}

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn newest_runs_are_kept() {
    let app = TestApp::with_runner().await;
    let mut last = serde_json::Value::Null;
    for _ in 0..4 {
        last = app.run("Quick").await;
    }
    clean(&app, "keep_runs = 4", 9000 * DAY).await;
    assert_eq!(count_runs(&app, "Quick").await, 4);
    clean(&app, "keep_runs = 1", Duration::ZERO).await;
    let runs = app.call(paths::get_job_logs(app.job("Quick"), None, None)).await.expect_ok();
    assert_eq!(runs, serde_json::json!([last]));
}

#[tokio::test]
async fn recent_runs_are_kept() {
    let app = TestApp::with_runner().await;
    app.run("Quick").await;
    clean(&app, "keep_for = \"2d\"", DAY).await;
    assert_eq!(count_runs(&app, "Quick").await, 1);
    clean(&app, "keep_for = \"2d\"", 3 * DAY).await;
    assert_eq!(count_runs(&app, "Quick").await, 0);
}

#[tokio::test]
async fn unfinished_run_is_kept() {
    let app = TestApp::with_runner().await;
    let job = app.job("Slow");
    let trigger = app.execute(job).await;
    app.wait_until(job, trigger, |run| run["JobExecutionLogs"][0]["Message"] == "Started").await;
    app.run("Quick").await;
    clean(&app, "keep_for = \"1d\", keep_runs = 1", 9000 * DAY).await;
    assert_eq!((count_runs(&app, "Slow").await, count_runs(&app, "Quick").await), (1, 0));
    app.call(paths::cancel_job(job)).await.expect_ok();
    assert_eq!(app.wait_for_end(job, trigger).await["State"], 3);
}

#[tokio::test]
async fn everything_is_kept_by_default() {
    let app = TestApp::with_runner().await;
    app.run("Quick").await;
    clean(&app, "", 9000 * DAY).await;
    clean(&app, "keep_runs = \"all\", keep_for = \"forever\"", 9000 * DAY).await;
    assert_eq!(count_runs(&app, "Quick").await, 1);
}

#[tokio::test]
async fn logs_can_be_read_while_runs_are_deleted() {
    let app = TestApp::with_runner().await;
    for _ in 0..30 {
        app.run("Quick").await;
    }
    let delete = async {
        for kept in (1..30).rev() {
            clean(&app, &format!("keep_runs = {kept}"), Duration::ZERO).await;
        }
    };
    let mut delete = std::pin::pin!(delete);
    let mut is_deleting = true;
    while is_deleting {
        let read = count_runs(&app, "Quick");
        let (count, deleted) = futures::join!(read, async { futures::poll!(&mut delete).is_ready() });
        assert!(count > 0);
        is_deleting = !deleted;
    }
    assert_eq!(count_runs(&app, "Quick").await, 1);
}

#[tokio::test]
async fn log_that_is_deleted_while_it_is_read_is_not_complete() {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;

    let lines: String = (0..5000).map(|n| format!("\"Line {n} {}\", ", "x".repeat(50))).collect();
    let app = TestApp::with_jobs(&CONFIG.replace("\"Line 5\"", &lines)).await;
    app.run("Quick").await;
    let request = Request::get(format!("/public/jobs/{}/logs", app.job("Quick")));
    let request = request.header("apiKey", app.keys[0].expose()).body(Body::empty()).unwrap();
    let response = app.response(request).await;
    assert_eq!(response.status(), 200);
    clean(&app, "keep_for = \"1d\"", 2 * DAY).await;
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
}
