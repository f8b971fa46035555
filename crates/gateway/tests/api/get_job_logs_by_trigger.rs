use serde_json::json;
use txjobs_sdk::paths;
use txjobs_sdk::types::{LogId, TriggerId};
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;
use uuid::Uuid;

#[tokio::test]
async fn logs_by_trigger_have_only_the_execution_of_the_trigger() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    app.run("Quick").await;
    let trigger = app.execute(job).await;
    let run = app.wait_for_end(job, trigger).await;
    assert_eq!(run["TriggerId"], json!(trigger));
    let unknown = paths::get_job_logs_by_trigger(job, TriggerId(Uuid::new_v4()), None);
    assert_eq!(app.call(unknown).await.expect_ok(), json!([]));
    let other_job = paths::get_job_logs_by_trigger(app.job("Slow"), trigger, None);
    assert_eq!(app.call(other_job).await.expect_ok(), json!([]));
    let foreign = paths::get_job_logs_by_trigger(job, trigger, None);
    app.call_as(&app.keys[1], foreign).await.expect_error(404);
}

#[tokio::test]
async fn logs_by_trigger_of_a_pending_run_are_empty() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    let trigger = app.execute(job).await;
    assert_eq!(app.call(paths::get_job_logs_by_trigger(job, trigger, None)).await.expect_ok(), json!([]));
}

#[tokio::test]
async fn after_returns_the_later_lines() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    let trigger = app.execute(job).await;
    let run = app.wait_for_end(job, trigger).await;
    let id = |n: usize| -> LogId { run["JobExecutionLogs"][n]["Id"].as_str().unwrap().parse().unwrap() };
    for (after, expected) in [(id(0), 4), (id(2), 2), (id(4), 0)] {
        let body = app.call(paths::get_job_logs_by_trigger(job, trigger, Some(after))).await.expect_ok();
        assert_eq!(lines(&body[0]), lines(&run)[5 - expected..]);
        assert_eq!(body[0]["State"], 2);
    }
    // An unknown id returns everything.
    for unknown in [LogId(Uuid::new_v4()), LogId(Uuid::nil())] {
        let body = app.call(paths::get_job_logs_by_trigger(job, trigger, Some(unknown))).await.expect_ok();
        assert_eq!(body, json!([run]));
    }
}

#[tokio::test]
async fn malformed_id_is_named() {
    let app = TestApp::without_runner().await;
    let (job, good) = (app.job("Quick"), Uuid::new_v4());
    for (path, named) in [
        (format!("/public/jobs/x/logs/{good}"), "job_id"),
        (format!("/public/jobs/{job}/logs/x"), "trigger_id"),
        (format!("/public/jobs/{job}/logs/{}", good.simple()), "trigger_id"),
        (format!("/public/jobs/%FF/logs/{good}"), "job_id"),
        (format!("/public/jobs/{job}/logs/{good}?after=7"), "after"),
        (format!("/public/jobs/{job}/logs/{good}?after={good}&after={good}"), "after"),
    ] {
        let message = app.call_path("GET", &path).await.expect_error(400);
        assert!(message.contains(named), "{path}: {message}");
    }
}
