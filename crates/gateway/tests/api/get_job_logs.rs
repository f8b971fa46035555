use serde_json::json;
use txjobs_sdk::paths;
use txjobs_sdk::types::LogsSelection;
use txjobs_test_support::lines;
use txjobs_test_support::test_app::TestApp;

#[tokio::test]
async fn history_has_every_execution_with_its_lines() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    assert_eq!(app.call(paths::get_job_logs(job, None, None)).await.expect_ok(), json!([]));
    let one = app.run("Quick").await;
    let two = app.run("Quick").await;
    assert_eq!(app.call(paths::get_job_logs(job, None, None)).await.expect_ok(), json!([one, two]));
    assert_eq!(lines(&two).len(), 5);
    let keys: Vec<_> = two.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["CreateTime", "EndTime", "Id", "JobExecutionLogs", "JobId", "StartedBy", "State", "TriggerId"]
    );
    assert_eq!(two["StartedBy"], 0);
    let line = &two["JobExecutionLogs"][0];
    let keys: Vec<_> = line.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["Id", "JobExecutionId", "Message", "Severity", "TimeStamp"]);
    assert_eq!(line["JobExecutionId"], two["Id"]);
}

#[tokio::test]
async fn limit_selects_the_newest_and_none_omits_the_lines() {
    let app = TestApp::with_runner().await;
    let job = app.job("Quick");
    let mut runs = Vec::new();
    for _ in 0..3 {
        runs.push(app.run("Quick").await);
    }
    assert_eq!(app.call(paths::get_job_logs(job, Some(2), None)).await.expect_ok(), json!(runs[1..]));
    assert_eq!(
        app.call(paths::get_job_logs(job, Some(100_000), Some(LogsSelection::All))).await.expect_ok(),
        json!(runs)
    );
    let without_lines =
        app.call(paths::get_job_logs(job, Some(1), Some(LogsSelection::None))).await.expect_ok();
    runs[2]["JobExecutionLogs"] = json!([]);
    assert_eq!(without_lines, json!([runs[2]]));
}

#[tokio::test]
async fn pending_run_has_no_execution() {
    let app = TestApp::without_runner().await;
    let job = app.job("Quick");
    app.execute(job).await;
    assert_eq!(app.call(paths::get_job_logs(job, None, None)).await.expect_ok(), json!([]));
    app.claim_run(1_000_000).await;
    let shown = app.call(paths::get_job_logs(job, None, None)).await.expect_ok();
    assert_eq!(shown[0]["State"], 1);
    assert_eq!(shown[0]["CreateTime"], "1970-01-01T00:00:01Z");
    assert_eq!(shown[0]["EndTime"], json!(null));
}

#[tokio::test]
async fn invalid_parameters_are_refused_and_unknown_ones_ignored() {
    let app = TestApp::without_runner().await;
    let path = paths::get_job_logs(app.job("Quick"), None, None).path_and_query().to_owned();
    for query in ["limit=0", "limit=100001", "limit=x", "limit=", "limit=%2B1", "logs=some", "logs=None"] {
        app.call_path("GET", &format!("{path}?{query}")).await.expect_error(400);
    }
    for query in ["limit=1&limit=2", "logs=all&logs=all"] {
        assert!(
            app.call_path("GET", &format!("{path}?{query}")).await.expect_error(400).contains("repeated")
        );
    }
    app.call_path("GET", &format!("{path}?after=x&other=1&other=2&limit=1")).await.expect_ok();
    let theirs = paths::get_job_logs(app.job("Theirs"), None, None);
    app.call(theirs).await.expect_error(404);
}
